"""`agentpack accept`: declare edits, so that `status --check` passes on them."""

from __future__ import annotations

import argparse

from agentpack.cli import changes
from agentpack.errors import AgentpackError
from agentpack.install import hold, propose_accept

PATHS = True


def arguments(options: argparse.ArgumentParser) -> None:
    """`--dry-run`: show, and declare nothing."""
    changes.arguments(options)


def run(args: argparse.Namespace) -> int:
    """Accept the edits of the files that are named."""
    if not args.given:
        raise AgentpackError("no file is named", mend="say which edits to accept")
    root, paths = changes.place(args.paths)
    with hold(root):
        return changes.carry_out(args, propose_accept(root, paths))
