"""`agentpack build`: a pack as a plugin and marketplace, or as other clients want it."""

from __future__ import annotations

import argparse
from pathlib import Path

from agentpack import gate, pack, targets
from agentpack.cli import FOUND, OK, parser
from agentpack.install import File
from agentpack.project import unknown
from agentpack.publish import differences, plugin, write
from agentpack.render import render
from agentpack.report import built as report
from agentpack.report.terminal import Style

SOURCE = "the pack: SOURCE[@REF][#PLUGIN] [.]"


def arguments(options: argparse.ArgumentParser) -> None:
    """Where to, and for which client."""
    add = options.add_argument
    add("--out", type=Path, metavar="DIR", help="where it is built [dist/NAME]")
    add("--target", metavar="NAME", default=targets.CLAUDE, help=_targets())
    add("--allow", action="append", default=[], metavar="RULE", help="take this rule's errors")
    add("--check", action="store_true", help="write nothing; exit 1 unless DIR is what is built")
    add("--force", action="store_true", help="overwrite files that are other")


def run(args: argparse.Namespace) -> int:
    """Build, rendered for no project in particular, and show what was written."""
    _, found = pack.fetch(args.source)
    rendered = render(found.closure(found.agents, found.skills), unknown())
    installed = targets.lay_out(targets.CLAUDE, rendered)
    out = args.out or Path("dist") / found.name
    gate.require_sound(
        None, {one.path: File(one.data, one.executable) for one in installed.files}, args.allow
    )
    layout = targets.lay_out(args.target, rendered)
    files = plugin(found, layout.files) if args.target == targets.CLAUDE else layout.files
    told = differences(out, files)
    if not args.check:
        write(out, files, force=args.force)
    parser.show(
        args,
        lambda: report.to_json(out, files, told, layout.lost),
        lambda: report.to_text(out, files, told, layout.lost, Style.of_stdout(), check=args.check),
    )
    return FOUND if args.check and told else OK


def _targets() -> str:
    return f"the client: {', '.join(targets.TARGETS)} [{targets.CLAUDE}]"
