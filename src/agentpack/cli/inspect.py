"""`agentpack inspect`: the roster that the model will read."""

from __future__ import annotations

import argparse

from agentpack import roster
from agentpack.cli import FOUND, OK, parser
from agentpack.document import NEWEST
from agentpack.errors import AgentpackError
from agentpack.report import roster as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser) -> None:
    """Which client to speak for."""
    options.add_argument(
        "--client",
        default=NEWEST,
        metavar="VERSION",
        help=f"the version of Claude Code to speak for [{NEWEST}]",
    )


def run(args: argparse.Namespace) -> int:
    """Inspect; whatever does not arrive as written exits with 1."""
    found = roster.read(args.root, args.client)
    if found.empty:
        raise AgentpackError(
            "no agents and no skills to inspect",
            path=args.root,
            mend="name a project with a .claude, a plugin, or a folder of agents",
        )
    parser.show(
        args,
        lambda: report.to_json(found),
        lambda: report.to_text(found, Style.of_stdout()),
    )
    return FOUND if found.lost else OK
