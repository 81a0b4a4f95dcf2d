"""`agentpack init`: find out what is true of a project."""

from __future__ import annotations

import argparse

from agentpack.cli import OK, parser
from agentpack.install import lay_out_decisions
from agentpack.project import detect
from agentpack.report import facts as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser) -> None:
    """`--dry-run`: look, and write nothing."""
    options.add_argument("--dry-run", action="store_true", help="do not write agentpack.toml")


def run(args: argparse.Namespace) -> int:
    """Print the facts; where they contradict each other, lay the choice out in agentpack.toml."""
    facts = detect(args.root)
    parser.show(
        args, lambda: report.to_json(facts), lambda: report.to_text(facts, Style.of_stdout())
    )
    written = None if args.dry_run else lay_out_decisions(args.root, facts.conflicts)
    if written and args.format == "text":
        print(f"\nWrote {written}: uncomment the values that are right.")
    return OK
