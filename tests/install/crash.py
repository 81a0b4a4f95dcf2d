"""Runs a change of a project again and again, and stops it at each system call that writes.

    python tests/install/crash.py kill|enospc|eacces|twice [EVERY]

Each run is a fork of this process with a copy of the project of its own. In it, the functions of
`os` that write are counted, and the one whose turn it is ends the process with SIGKILL (a write
is cut in half first), or fails, and with it all later ones that need room. Then the next command
of agentpack recovers, in this process, and the whole tree, folders and modes included, must be
the old one or the new one.

Prints one JSON object: points tried, by scenario, how many ended in the old and in the new state,
and every failure. The audit hook of the interpreter tells whether all that writes was counted.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.install import (
    File,
    Installed,
    Offer,
    apply,
    hold,
    propose,
    propose_accept,
    propose_removal,
    propose_resolve,
)
from agentpack.pack import Origin

FILES = int(os.environ.get("AGENTPACK_CRASH_FILES", "10"))
WRITERS = ("open", "write", "fsync", "fchmod", "mkdir", "replace", "unlink", "rmdir")
AUDITED = {
    "open": "open",
    "os.mkdir": "mkdir",
    "os.rename": "replace",
    "os.remove": "unlink",
    "os.rmdir": "rmdir",
    "os.chmod": "fchmod",
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

Tree = dict[str, tuple[int, bytes | None]]
Act = Callable[[Path], None]


def text(name: str, version: int) -> bytes:
    return b"".join(
        b"%s line %d\n" % (name.encode(), 100 * version if number == 7 else number)
        for number in range(12)
    )


def offer(version: int) -> Offer:
    skills = {
        f".claude/skills/s{number}/SKILL.md": File(text(f"s{number}", version * (number % 2)))
        for number in range(FILES)
    }
    swapped = {
        1: {
            ".claude/skills/s1/ref": File(b"a file\n"),
            ".claude/skills/s2/ref/deep/a.md": File(b"a\n"),
        },
        2: {
            ".claude/skills/s1/ref/deep/a.md": File(b"a\n"),
            ".claude/skills/s2/ref": File(b"file\n"),
        },
    }
    files = {
        ".claude/agents/a.md": File(text("a", version)),
        ".claude/agents/b.md": File(text("b", version)),
        ".claude/agents/mine.md": File(text("mine", version)),
        ".claude/skills/s0/run.sh": File(b"#!/bin/sh\n", executable=version > 1),
        **({".claude/skills/old/SKILL.md": File(b"old\n")} if version == 1 else {}),
        **swapped[version],
        **skills,
    }
    return Offer("made", Installed(f"{version}.0.0", Origin("builtin"), agents={"a": "1"}), files)


def install(version: int) -> Act:
    return lambda root: _apply(propose(root, [offer(version)]))


def _apply(proposal: Any) -> None:
    apply(proposal)


def dirty(root: Path) -> None:
    """A project with files of its own, one of them just like the pack's."""
    (root / "src").mkdir()
    (root / "src/app.py").write_bytes(b"app\n")
    (root / ".claude/agents").mkdir(parents=True)
    (root / ".claude/agents/mine.md").write_bytes(text("mine", 1))
    (root / ".claude/agents/other.md").write_bytes(b"other\n")
    (root / ".claude/settings.json").write_bytes(b"{}\n")


def edited(root: Path) -> None:
    """Installed, with one edit to merge, one in conflict, a file deleted and one added."""
    dirty(root)
    install(1)(root)
    merging, clashing = root / ".claude/agents/a.md", root / ".claude/agents/b.md"
    merging.write_bytes(b"mine\n" + merging.read_bytes())
    clashing.write_bytes(clashing.read_bytes().replace(b"b line 100", b"mine"))
    (root / ".claude/skills/s3/SKILL.md").unlink()
    (root / ".claude/skills/s0/notes.md").write_bytes(b"notes\n")


def updated(root: Path) -> None:
    edited(root)
    install(2)(root)


def accept(root: Path) -> None:
    _apply(propose_accept(root, [".claude/agents/a.md"]))


def resolve(root: Path) -> None:
    _apply(propose_resolve(root, [".claude/agents/b.md"], take_pack=True))


def uninstall(root: Path) -> None:
    _apply(propose_removal(root))


def nothing(root: Path) -> None:
    (root / "src").mkdir()


SCENARIOS: dict[str, tuple[Act, Act]] = {
    "install into nothing": (nothing, install(1)),
    "install into a dirty tree": (dirty, install(1)),
    "update with edits": (edited, install(2)),
    "accept": (updated, accept),
    "resolve": (updated, resolve),
    "uninstall with edits": (updated, uninstall),
    "uninstall all": (lambda root: (nothing(root), install(1)(root))[0], uninstall),
}


def look(root: Path) -> Tree:
    """Everything below `root`: mode, and bytes or `None` for a folder."""
    return {
        path.relative_to(root).as_posix(): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else None,
        )
        for path in root.rglob("*")
    }


class Fault:
    """Counts the calls that write; at the chosen one it ends the process, or makes it fail."""

    def __init__(self, turn: float, kind: str) -> None:
        self.seen: Counter[str] = Counter()
        self.torn: list[int] = []
        self._turn, self._kind = turn, kind
        self._count = 0

    def arm(self) -> None:
        for name in WRITERS:
            setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & WRITING:
                return real(*args, **kwargs)
            self.seen[name] += 1
            self._count += 1
            if name == "write":
                self.torn.append(self._count)
            if self._count == self._turn:
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                self._stop()
            if self._kind != "kill" and self._count > self._turn and name in {"open", "write"}:
                self._stop()
            # What a process has written outlives it: only a power cut asks for more.
            return None if name == "fsync" else real(*args, **kwargs)

        return call

    def _stop(self) -> None:
        if self._kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(getattr(errno, self._kind.upper()), self._kind)


def forked(act: Callable[[], int]) -> int:
    """Run `act` in a fork; its exit code, or the negative number of the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            with redirect_stderr(StringIO()):
                code = act()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def held(root: Path, act: Act) -> None:
    with hold(root):
        act(root)


def counted(root: Path, act: Act) -> tuple[int, list[int]]:
    """How many calls write, and which of them are writes. Fails if some were not counted."""
    report = root.with_suffix(".json")

    def run() -> int:
        audited: Counter[str] = Counter()
        fault = Fault(float("inf"), "kill")

        def hook(event: str, args: tuple[Any, ...]) -> None:
            name = AUDITED.get(event)
            if name == "open" and not (isinstance(args[2], int) and args[2] & WRITING):
                return
            if name:
                audited[name] += 1
            elif event in {"os.link", "os.symlink", "os.truncate", "os.chown", "shutil.rmtree"}:
                audited[event] += 1

        fault.arm()
        sys.addaudithook(hook)
        held(root, act)
        seen = {name: n for name, n in fault.seen.items() if name in set(AUDITED.values())}
        missed = {} if dict(audited) == seen else {"audited": audited, "counted": seen}
        report.write_text(json.dumps([sum(fault.seen.values()), fault.torn, missed]))
        return 0

    assert forked(run) == 0
    total, torn, missed = json.loads(report.read_text())
    assert not missed, f"writes that were not counted: {missed}"
    return total, torn


def recovered(root: Path) -> Tree:
    """The tree after the next command has begun; empty if that could not recover."""
    try:
        with redirect_stderr(StringIO()), hold(root):
            pass
    except AgentpackError:
        return {}
    return look(root)


def tried(base: Path, name: str, kind: str, every: int) -> dict[str, Any]:
    """Stop one scenario at each of its points."""
    prepare, act = SCENARIOS[name]
    template, done, counting = base / "template", base / "done", base / "counting"
    template.mkdir(parents=True)
    prepare(template)
    old = look(template)
    for copy in (done, counting):
        shutil.copytree(template, copy)
    held(done, act)
    new = look(done)
    total, _ = counted(counting, act)
    ends: Counter[str] = Counter()
    failures = []
    for turn in range(1, total + 1, every):
        root = base / f"at{turn}"
        shutil.copytree(template, root)
        code = forked(lambda root=root, turn=turn: stopped(root, act, Fault(turn, kind)))
        left = look(root)
        now = recovered(root)
        end = "old" if now == old else "new" if now == new else "torn"
        ends[end] += 1
        expected = -signal.SIGKILL if kind == "kill" else 2
        if end == "torn" or code != expected:
            differ = sorted(
                p for p in {*now, *new, *old} if now.get(p) not in (old.get(p), new.get(p))
            )
            failures.append({"turn": turn, "code": code, "end": end, "differ": differ})
        elif kind != "kill" and end == "old" and left != old:
            failures.append({"turn": turn, "left": sorted({*left} ^ {*old})})
        elif end == "old":
            held(root, act)
            if look(root) != new:
                failures.append({"turn": turn, "again": "does not lead to the new state"})
        shutil.rmtree(root)
    shutil.rmtree(base)
    return {"points": sum(ends.values()), "ends": ends, "failures": failures}


def stopped(root: Path, act: Act, fault: Fault) -> int:
    fault.arm()
    try:
        held(root, act)
    except AgentpackError:
        return 2
    return 0


def twice(base: Path, every: int) -> dict[str, Any]:
    """Stop an update, and stop its recovery too, at each point of either."""
    prepare, act = SCENARIOS["update with edits"]
    template, counting = base / "template", base / "counting"
    template.mkdir(parents=True)
    prepare(template)
    old = look(template)
    shutil.copytree(template, counting)
    total, _ = counted(counting, act)
    new = look(counting)
    points, failures = 0, []
    for turn in range(1, total + 1, every):
        for again in itertools.count(1, every):
            root = base / f"at{turn}-{again}"
            shutil.copytree(template, root)
            forked(lambda root=root, turn=turn: stopped(root, act, Fault(turn, "kill")))
            code = forked(
                lambda root=root, again=again: stopped(root, lambda _: None, Fault(again, "kill"))
            )
            points += 1
            if recovered(root) not in (old, new):
                failures.append({"turn": turn, "again": again})
            shutil.rmtree(root)
            if code == 0:
                break
    shutil.rmtree(base)
    return {"points": points, "failures": failures}


def main(kind: str, every: str = "1") -> Iterator[tuple[str, dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        if kind == "twice":
            yield kind, twice(Path(folder) / "twice", int(every))
            return
        for number, name in enumerate(SCENARIOS):
            yield name, tried(Path(folder) / str(number), name, kind, int(every))


if __name__ == "__main__":
    print(json.dumps(dict(main(*sys.argv[1:]))))
