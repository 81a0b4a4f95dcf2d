"""`agentpack resolve`: end a conflict."""

from __future__ import annotations

import argparse

from agentpack.cli import changes
from agentpack.errors import AgentpackError
from agentpack.install import hold, propose_resolve

PATHS = True


def arguments(options: argparse.ArgumentParser) -> None:
    """Whose text ends it."""
    options.add_argument(
        "--pack", action="store_true", help="take the pack's text [the file as it is now]"
    )
    changes.arguments(options)


def run(args: argparse.Namespace) -> int:
    """End the conflicts of the files that are named."""
    if not args.given:
        raise AgentpackError("no file is named", mend="say whose conflict is resolved")
    root, paths = changes.place(args.paths)
    with hold(root):
        return changes.carry_out(args, propose_resolve(root, paths, take_pack=args.pack))
