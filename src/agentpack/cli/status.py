"""`agentpack status`: what is installed, and what changed since."""

from __future__ import annotations

import argparse

from agentpack.cli import FOUND, OK, parser
from agentpack.cli.compose import compose, installed
from agentpack.install import Status, ledger, status
from agentpack.report import status as report
from agentpack.report.terminal import Style

SCOPED = True


def arguments(options: argparse.ArgumentParser) -> None:
    """`--check`, for CI."""
    options.add_argument(
        "--check", action="store_true", help="exit 1 unless disk, facts and packs agree"
    )
    options.add_argument(
        "--strict", action="store_true", help="name agents and skills that no pack brought, too"
    )


def run(args: argparse.Namespace) -> int:
    """Show the status; with --check, whatever is not clean exits with 1."""
    found = _status(args)
    parser.show(
        args, lambda: report.to_json(found), lambda: report.to_text(found, Style.of_stdout())
    )
    return FOUND if args.check and not (found and found.clean) else OK


def _status(args: argparse.Namespace) -> Status | None:
    lock = ledger(args.root)
    if lock is None:
        return None
    offers = compose(args.root, installed(args.root, lock, lenient=True)).offers
    return status(args.root, lock, offers, strict=args.strict)
