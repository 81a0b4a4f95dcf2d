"""`agentpack list`: the packs, agents and skills that are installed."""

from __future__ import annotations

import argparse

from agentpack.cli import OK, parser
from agentpack.install import ledger
from agentpack.report import status as report
from agentpack.report.terminal import Style

SCOPED = True


def arguments(_: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(args: argparse.Namespace) -> int:
    """List what is installed."""
    lock = ledger(args.root)
    parser.show(
        args,
        lambda: {"packs": report.packs_to_json(lock) if lock else []},
        lambda: report.packs_to_text(lock, Style.of_stdout()) if lock else report.NOTHING,
    )
    return OK
