"""`agentpack uninstall`: take away what install wrote."""

from __future__ import annotations

import argparse

from agentpack.cli import changes
from agentpack.install import hold, propose_removal

SCOPED = True


def arguments(options: argparse.ArgumentParser) -> None:
    """Which pack; `--dry-run`: show, and delete nothing."""
    options.add_argument("--pack", metavar="NAME", help="only this pack")
    changes.arguments(options)


def run(args: argparse.Namespace) -> int:
    """Uninstall; files that were edited are kept and listed."""
    with hold(args.root):
        return changes.carry_out(args, propose_removal(args.root, args.pack))
