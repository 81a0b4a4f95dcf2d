"""`agentpack uninstall`: take away what install wrote."""

from __future__ import annotations

import argparse

from agentpack.cli import OK, parser
from agentpack.errors import AgentpackError
from agentpack.install import digests, ledger, plan_uninstall, uninstall
from agentpack.report import changes as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser) -> None:
    """`--dry-run`: show, and delete nothing."""
    options.add_argument("--dry-run", action="store_true", help="show every change and make none")


def run(args: argparse.Namespace) -> int:
    """Uninstall; files that were edited are kept and listed."""
    lock = ledger(args.root)
    if lock is None:
        raise AgentpackError("nothing is installed here", path=args.root)
    plan = plan_uninstall(lock, digests(args.root, lock.files))
    if not args.dry_run:
        uninstall(args.root, lock, plan)
    parser.show(
        args,
        lambda: report.to_json(plan),
        lambda: report.to_text(plan, Style.of_stdout(), dry_run=args.dry_run),
    )
    return OK
