"""The ledger: what is written is read again, an older one is carried over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.install.lock import (
    Accepted,
    Installed,
    Lock,
    LockedFact,
    LockedFile,
    Pending,
    Stamp,
    load,
    parse,
)
from agentpack.pack import Origin

HERE = Path("lock.json")
FULL = Lock(
    {
        "one": Installed(
            "1.0.0",
            Origin("git", "https://example.com/one.git", "^1", "c0ffee", "beef"),
            agents={"a": "1.0.0"},
            facts={"port": LockedFact(8000, "compose.yaml:3")},
            files={
                ".claude/agents/a.md": LockedFile(
                    "11", adopted=Stamp("22"), accepted=Accepted(None), pending=Pending("33")
                ),
                ".claude/skills/s/run.sh": LockedFile("44", executable=True),
            },
        ),
        "two": Installed("2.0.0", Origin("builtin"), skills={"t": "0.1.0"}),
    },
    (".claude", ".claude/agents"),
)


def test_what_is_written_is_read_again() -> None:
    """Several packs, each with its source and files, survive the way to disk and back."""
    assert parse(FULL.dump(), HERE) == FULL
    assert FULL.owner(".claude/agents/a.md") == "one"
    assert FULL.owner(".claude/agents/mine.md") is None


@pytest.mark.parametrize(
    ("source", "origin"),
    [("builtin", Origin("builtin")), ("../packs/made", Origin("folder", "../packs/made"))],
)
def test_schema_1_is_carried_over(tmp_path, source, origin) -> None:
    """A ledger of the first release says the same, as one pack among several."""
    old = {
        "schema": 1,
        "pack": "made",
        "version": "1.0.0",
        "source": source,
        "agents": {"a": "1.0.0"},
        "skills": {},
        "facts": {"port": {"value": 8010, "source": "watch.sh:2"}},
        "files": {
            "agents/a.md": {"sha256": "11", "executable": False, "adopted": False},
            "agents/b.md": {"sha256": "22", "executable": True, "adopted": True},
        },
        "folders": [".claude"],
    }
    path = tmp_path / "lock.json"
    path.write_text(json.dumps(old))
    assert load(path) == Lock(
        {
            "made": Installed(
                "1.0.0",
                origin,
                agents={"a": "1.0.0"},
                facts={"port": LockedFact(8010, "watch.sh:2")},
                files={
                    ".claude/agents/a.md": LockedFile("11"),
                    ".claude/agents/b.md": LockedFile(
                        "22", executable=True, adopted=Stamp("22", executable=True)
                    ),
                },
            )
        },
        (".claude",),
    )


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a//b", "", ".", "a\0b"])
def test_a_path_that_leaves_the_project_is_damage(path) -> None:
    """A ledger that came with a repository cannot make agentpack touch what is outside."""
    for lock in (
        Lock({"p": Installed("1.0.0", Origin("builtin"), files={path: LockedFile("11")})}),
        Lock(folders=(path,)),
    ):
        with pytest.raises(AgentpackError, match="damaged"):
            parse(lock.dump(), HERE)


def test_nothing_installed_is_no_error(tmp_path) -> None:
    """Where there is no ledger there is none."""
    assert load(tmp_path / "lock.json") is None
