"""`agentpack verify`: ask the real Claude Code."""

from __future__ import annotations

import argparse
from pathlib import Path

from agentpack.cli import FOUND, OK, parser
from agentpack.client import find, verify
from agentpack.report import verification as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser) -> None:
    """Which client to ask."""
    options.add_argument(
        "--client",
        type=Path,
        metavar="PATH",
        help="the claude to ask [$AGENTPACK_CLAUDE, the PATH, the Agent SDK's]",
    )


def run(args: argparse.Namespace) -> int:
    """Verify; whatever is not loaded as written exits with 1."""
    verification = verify(args.root, find(args.client))
    parser.show(
        args,
        lambda: report.to_json(verification),
        lambda: report.to_text(verification, Style.of_stdout()),
    )
    return FOUND if verification.failures else OK
