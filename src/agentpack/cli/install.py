"""`agentpack install`: render a pack for a project and write it."""

from __future__ import annotations

import argparse

from agentpack import targets
from agentpack.cli import changes
from agentpack.cli.compose import Choice, compose, wishes
from agentpack.install import hold, ledger, propose

SCOPED = True


def arguments(options: argparse.ArgumentParser) -> None:
    """What to install, and from where."""
    add = options.add_argument
    add("--from", dest="source", metavar="SOURCE", help="SOURCE[@REF][#PLUGIN] [the built-in pack]")
    add("--agent", action="append", default=[], metavar="NAME", help="only this agent; repeatable")
    add("--skill", action="append", default=[], metavar="NAME", help="only this skill; repeatable")
    add("--target", metavar="NAME", choices=targets.TARGETS, help="the client [claude]")
    changes.arguments(options, brings=True)


def run(args: argparse.Namespace) -> int:
    """Install, and show each change; conflicts exit with 1."""
    choice = Choice(
        args.source, tuple(args.agent), tuple(args.skill), args.target, frozen=args.frozen
    )
    with hold(args.root):
        composed = compose(args.root, wishes(args.root, ledger(args.root), choice))
        proposal = propose(args.root, composed.offers, markers=args.markers)
        return changes.carry_out(args, proposal, composed)
