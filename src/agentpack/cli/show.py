"""`agentpack show`: one agent, skill or pack that is installed."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from pathlib import PurePosixPath

from agentpack.cli import OK, parser
from agentpack.errors import AgentpackError
from agentpack.install import Installed, Lock, require_ledger, state
from agentpack.install.target import Disk
from agentpack.report import components as report
from agentpack.report.terminal import Style

NAME = "an agent, a skill or a pack"

SCOPED = True


def arguments(_: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(args: argparse.Namespace) -> int:
    """Show where it came from, and how its files stand."""
    lock = require_ledger(args.root)
    kind, pack = _find(lock, args.name)
    installed, disk = lock.packs[pack], Disk(args.root)
    states = {
        path: str(state(disk.file(path), file))
        for path, file in sorted(installed.files.items())
        if kind == "pack" or _is_of(path, kind, args.name)
    }
    told = (kind, args.name, pack, installed, states)
    parser.show(
        args, lambda: report.to_json(*told), lambda: report.to_text(*told, Style.of_stdout())
    )
    return OK


def _find(lock: Lock, name: str) -> tuple[str, str]:
    """What `name` is, and the pack that it is of."""
    for pack, installed in lock.packs.items():
        for kind, names in _kinds(pack, installed).items():
            if name in names:
                return kind, pack
    known = [n for p, i in lock.packs.items() for names in _kinds(p, i).values() for n in names]
    close = get_close_matches(name, known, n=1)
    mend = f"did you mean {close[0]!r}?" if close else "see: agentpack list"
    raise AgentpackError(f"nothing of the name {name!r} is installed here", mend=mend)


def _kinds(pack: str, installed: Installed) -> dict[str, list[str]]:
    return {"agent": [*installed.agents], "skill": [*installed.skills], "pack": [pack]}


def _is_of(path: str, kind: str, name: str) -> bool:
    parts = PurePosixPath(path).parts
    return f"{kind}s" in parts and (name in parts or PurePosixPath(path).stem == name)
