"""Nothing that stops a run leaves a project torn: SIGKILL, a full disk, no permission."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CRASH = Path(__file__).with_name("crash.py")
EVERY = int(os.environ.get("AGENTPACK_CRASH_EVERY", "0"))
"""1: every point of every test, which takes some minutes; 0: so many that it takes seconds."""


def crash(kind: str, every: int) -> dict[str, dict[str, Any]]:
    """Stop runs at each of their points; memory is as good a disk as any for this."""
    memory = "/dev/shm"
    folder = {"TMPDIR": memory} if os.access(memory, os.W_OK) else {}
    done = subprocess.run(
        [sys.executable, CRASH, kind, str(EVERY or every)],
        env={**os.environ, **folder},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_a_kill_at_any_write_leaves_the_old_state_or_the_new() -> None:
    """SIGKILL at every system call that writes, over install, update, accept and uninstall."""
    found = crash("kill", 1)
    assert {name: one["failures"] for name, one in found.items() if one["failures"]} == {}
    assert sum(one["points"] for one in found.values()) >= 500
    for name, one in found.items():
        assert set(one["ends"]) == {"old", "new"}, f"{name} was never stopped half-way"


@pytest.mark.parametrize("kind", ["enospc", "eacces"])
def test_a_write_that_fails_leaves_the_old_state_or_the_new(kind) -> None:
    """One clear error; before the journal stands, nothing is left behind either."""
    found = crash(kind, 3)
    assert {name: one["failures"] for name, one in found.items() if one["failures"]} == {}
    assert sum(one["points"] for one in found.values()) >= 200


def test_a_kill_of_the_recovery_loses_nothing() -> None:
    """Recovery may be stopped as often as it likes."""
    found = crash("twice", 7)["twice"]
    assert found["failures"] == []
    assert found["points"] >= 90


@pytest.mark.parametrize("limit", [0, 100, 300, 1000, 4000])
def test_a_disk_that_takes_no_more_is_one_clear_line(make, limit) -> None:
    """The kernel itself refuses to write on: exit 2, and the tree is as it was."""
    pack = {
        "pack.toml": '[pack]\nname = "made"\nversion = "1.0.0"\n[skills.s]\nversion = "1.0.0"\n',
        "skills/s/SKILL.md": "---\nname: s\ndescription: S\n---\n" + "words\n" * 400,
    }
    source, root = make(pack), make({"mine.txt": "mine"})
    before = sorted(root.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "agentpack", "install", root, "--from", source],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    written = (root / ".claude/skills/s/SKILL.md").exists()
    if written:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot be written: File too large" in done.stderr
        assert done.stderr.count("\n") == 1
        assert sorted(root.rglob("*")) == before
    assert written == (limit >= 4000)
