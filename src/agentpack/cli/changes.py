"""What all commands that change a project have in common."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from agentpack import gate
from agentpack.cli import FOUND, OK, parser
from agentpack.cli.compose import Composed
from agentpack.errors import AgentpackError
from agentpack.install import Proposal, apply
from agentpack.install.target import LOCK
from agentpack.report import changes as report
from agentpack.report.terminal import Style


def arguments(options: argparse.ArgumentParser, *, brings: bool = False) -> None:
    """`--dry-run`, and of what brings packs what they may do."""
    add = options.add_argument
    add("--dry-run", action="store_true", help="show every change and make none")
    if brings:
        add("--markers", action="store_true", help="put conflicts into the files, between markers")
        add("--frozen", action="store_true", help="only what the ledger pins")
        add("--allow", action="append", default=[], metavar="RULE", help="take this rule's errors")


def carry_out(
    args: argparse.Namespace, proposal: Proposal, composed: Composed | None = None
) -> int:
    """Do what is proposed, unless it is a dry run, and show it; conflicts exit with 1.

    Raises:
        AgentpackError: what packs bring is not sound, and nothing is written.
    """
    if composed and not proposal.idle:
        gate.require_distinct(args.root, composed.judged, proposal.before)
        gate.require_sound(args.root, composed.judged, args.allow)
    left = () if args.dry_run else apply(proposal)
    parser.show(
        args,
        lambda: report.to_json(proposal),
        lambda: report.to_text(proposal, Style.of_stdout(), dry_run=args.dry_run),
    )
    if composed and args.format == "text":
        _remark(composed)
    for path in left:
        print(f"agentpack: {path}: changed meanwhile, and left as it is", file=sys.stderr)
    return FOUND if proposal.conflicts or left else OK


def _remark(composed: Composed) -> None:
    if composed.facts.conflicts:
        names = ", ".join(conflict.fact for conflict in composed.facts.conflicts)
        print(f"\nStated in several ways, the first was taken: {names}. See: agentpack init")
    if composed.left_out:
        print(f"\nNot installed, being neither agents nor skills: {', '.join(composed.left_out)}")
    for line in composed.lost:
        print(f"lost: {line}", file=sys.stderr)


def place(paths: list[Path]) -> tuple[Path, list[str]]:
    """The project that some files are in, and their paths from its root.

    Raises:
        AgentpackError: they are in none, or not in the same.
    """
    files = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - links are not to be followed
    for root in files[0].parents:
        if (root / LOCK).is_file():
            break
    else:
        raise AgentpackError("is in no project where agentpack installed anything", path=paths[0])
    for path, file in zip(paths, files, strict=True):
        if not file.is_relative_to(root):
            raise AgentpackError("is in another project than the first file", path=path)
    return root, [file.relative_to(root).as_posix() for file in files]
