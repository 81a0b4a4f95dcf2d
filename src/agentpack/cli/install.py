"""`agentpack install`: render a pack for a project and write it."""

from __future__ import annotations

import argparse

from agentpack import gate
from agentpack.cli import FOUND, OK, parser
from agentpack.install import install, propose
from agentpack.report import changes as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser) -> None:
    """What to install, and from where."""
    add = options.add_argument
    add("--from", dest="source", metavar="SOURCE", help="SOURCE[@REF][#PLUGIN] [the built-in pack]")
    add("--allow", action="append", default=[], metavar="RULE", help="take this rule's errors")
    add("--agent", action="append", default=[], metavar="NAME", help="only this agent; repeatable")
    add("--skill", action="append", default=[], metavar="NAME", help="only this skill; repeatable")
    add("--dry-run", action="store_true", help="show every change and make none")


def run(args: argparse.Namespace) -> int:
    """Install, and show each change; conflicts exit with 1."""
    proposal = propose(args.root, args.source, args.agent, args.skill)
    gate.require_sound(args.root, proposal.rendered, args.allow)
    if not args.dry_run:
        install(proposal)
    parser.show(
        args,
        lambda: report.to_json(proposal.plan),
        lambda: report.to_text(proposal.plan, Style.of_stdout(), dry_run=args.dry_run),
    )
    if proposal.facts.conflicts and args.format == "text":
        names = ", ".join(conflict.fact for conflict in proposal.facts.conflicts)
        print(f"\nStated in several ways, the first was taken: {names}. See: agentpack init")
    return FOUND if proposal.plan.conflicts else OK
