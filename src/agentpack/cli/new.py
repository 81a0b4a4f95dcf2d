"""`agentpack new`: the first files of a pack, an agent or a skill."""

from __future__ import annotations

import argparse

from agentpack.cli import OK, parser
from agentpack.publish import scaffold, write
from agentpack.report import built as report
from agentpack.report.terminal import Style

KINDS = ("pack", "agent", "skill")
NAME = "what it is to be called"


def arguments(_: argparse.ArgumentParser) -> None:
    """None but what is to be made and what it is called."""


def run(args: argparse.Namespace) -> int:
    """Write what is new; nothing that is there is overwritten, but an entry in pack.toml."""
    files = scaffold(args.kind, args.name, args.root)
    told = tuple((file.path, "missing") for file in files)
    # A pack.toml that was there is the only file that may be another.
    fresh = [file for file in files if file.path != "pack.toml"]
    write(args.root, fresh)
    write(args.root, [file for file in files if file not in fresh], force=True)
    parser.show(
        args,
        lambda: report.to_json(args.root, files, told, ()),
        lambda: report.to_text(args.root, files, told, (), Style.of_stdout(), check=False),
    )
    return OK
