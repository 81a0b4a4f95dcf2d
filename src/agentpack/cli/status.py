"""`agentpack status`: what is installed, and what changed since."""

from __future__ import annotations

import argparse

from agentpack.cli import FOUND, OK, parser
from agentpack.install import status
from agentpack.report import status as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser) -> None:
    """`--check`, for CI."""
    options.add_argument(
        "--check", action="store_true", help="exit 1 unless disk, facts and pack agree"
    )


def run(args: argparse.Namespace) -> int:
    """Show the status; with --check, whatever is not clean exits with 1."""
    found = status(args.root)
    parser.show(
        args, lambda: report.to_json(found), lambda: report.to_text(found, Style.of_stdout())
    )
    return FOUND if args.check and not (found and found.clean) else OK
