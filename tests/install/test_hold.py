"""One run at a time; what an interrupted one left is brought to its end; nothing gets outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.install import File, Installed, Offer, apply, hold, propose, propose_removal
from agentpack.install.stage import Stage
from agentpack.pack import Origin

AGENT = ".claude/agents/a.md"


def offer(*, text: bytes = b"one\n", **more: bytes) -> Offer:
    files = {AGENT: File(text)} | {path: File(data) for path, data in more.items()}
    return Offer("made", Installed("1.0.0", Origin("builtin")), files)


@pytest.fixture
def interrupted(make, monkeypatch) -> Path:
    """A project whose install was stopped right after its journal stood."""
    root = make({"mine.txt": "mine"})

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules[apply.__module__], "carry_out", stop)
        with pytest.raises(KeyboardInterrupt), hold(root):
            apply(propose(root, [offer()]))
    assert (root / ".agentpack-stage/journal.json").exists()
    assert not (root / AGENT).exists()
    return root


@pytest.mark.parametrize(
    "command",
    ["status", "list", "diff", "install", "update", "uninstall", "init", "lint", "verify"],
)
def test_every_command_finishes_an_interrupted_run_first(agentpack, interrupted, command) -> None:
    """It says so on standard error, and leaves no trace of the stage."""
    _, _, err = agentpack(command, interrupted, *(["--dry-run"] if command == "uninstall" else []))
    assert "agentpack: finished a run that was interrupted" in err
    assert (interrupted / AGENT).read_bytes() == b"one\n"
    assert not (interrupted / ".agentpack-stage").exists()


def test_what_was_changed_since_is_not_overwritten(interrupted, capsys) -> None:
    """A file that somebody wrote meanwhile is theirs, and the ledger does not claim it."""
    (interrupted / AGENT).parent.mkdir(parents=True)
    (interrupted / AGENT).write_bytes(b"mine\n")
    with hold(interrupted):
        pass
    assert AGENT in capsys.readouterr().err
    assert (interrupted / AGENT).read_bytes() == b"mine\n"
    assert propose(interrupted, [offer()]).refused


def test_an_update_over_a_later_edit_keeps_edit_and_base(make, monkeypatch, capsys) -> None:
    """The file was edited after the journal stood: the next update merges it as if nothing was."""
    root = make({})
    apply(propose(root, [offer(text=b"a\nb\nc\nd\n")]))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules[apply.__module__], "carry_out", stop)
        with pytest.raises(KeyboardInterrupt):
            apply(propose(root, [offer(text=b"a\nb\nc\nNEW\n")]))
    (root / AGENT).write_bytes(b"MINE\nb\nc\nd\n")
    with hold(root):
        pass
    assert f"left as you changed them since: {AGENT}" in capsys.readouterr().err
    assert (root / AGENT).read_bytes() == b"MINE\nb\nc\nd\n"
    apply(propose(root, [offer(text=b"a\nb\nc\nNEW\n")]))
    assert (root / AGENT).read_bytes() == b"MINE\nb\nc\nNEW\n"


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", "a/../../x", ".claude/.agentpack/lock.json", ".agentpack-stage/0"]
)
def test_a_pack_cannot_write_where_it_should_not(make, path) -> None:
    """Whatever let such a path pass before: nothing is proposed."""
    root = make({"mine.txt": "mine"})
    with pytest.raises(AgentpackError, match="a pack may not write here"):
        propose(root, [offer(**{path: b"x"})])


def test_a_pack_with_a_file_below_a_file_is_refused(make) -> None:
    """No disk has both."""
    with pytest.raises(AgentpackError, match="and .* below it"):
        propose(make({}), [offer(**{f"{AGENT}/x.md": b"x"})])


def test_a_stage_without_a_journal_is_cleaned_up(make, capsys) -> None:
    """Nothing had been done yet: nothing is done."""
    root = make({"mine.txt": "mine"})
    stage = Stage.open(root)
    stage.add(b"text")
    stage.flush()
    with hold(root):
        pass
    assert "removed the temporary files of an interrupted run" in capsys.readouterr().err
    assert [path.name for path in root.iterdir()] == ["mine.txt"]


def journal(**parts: object) -> str:
    empty = {"steps": [], "make": [], "drop": [], "texts": [], "forget": [], "lock": None}
    return json.dumps({"schema": 1, **empty, **parts})


def step(path: str, staged: str | None = None) -> dict[str, object]:
    return {"path": path, "before": None, "after": None, "staged": staged}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        journal(schema=7),
        journal(steps=[step("../x")]),
        journal(steps=[step("x", "../../y")]),
        journal(make=["/tmp/x"]),
        journal(drop=["a/../../b"]),
        journal(forget=["../../x"]),
        journal(texts=[["../x", "0"]]),
        journal(lock="../lock"),
    ],
)
def test_a_journal_that_is_not_ours_does_nothing(make, text) -> None:
    """A repository may come with one: it cannot lead out of the project."""
    root = make({".agentpack-stage/journal.json": text, "mine.txt": "mine"})
    before = sorted(root.rglob("*"))
    with pytest.raises(AgentpackError, match="is damaged"), hold(root):
        pass
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize(
    ("link", "text"),
    [
        (".claude", journal(make=[".claude/x"])),
        (".claude/skills", journal(steps=[step(".claude/skills/x", "0")])),
        (".claude/skills", journal(make=[".claude/skills/x"])),
        (".claude/skills", journal(drop=[".claude/skills/in"])),
        (".claude/.agentpack", journal(lock="0")),
        (".claude/.agentpack/base", journal(lock="0", texts=[["x", "0"]])),
    ],
)
def test_a_journal_does_not_lead_through_a_link(make, tmp_path, link, text) -> None:
    """A committed journal with a committed link changes nothing outside."""
    root = make({".agentpack-stage/journal.json": text, ".agentpack-stage/0": "text"})
    outside = tmp_path / "outside"
    (outside / "in").mkdir(parents=True)
    (root / link).parent.mkdir(parents=True, exist_ok=True)
    (root / link).symlink_to(outside)
    with pytest.raises(AgentpackError, match="symbolic link"), hold(root):
        pass
    assert [path.name for path in outside.rglob("*")] == ["in"]


@pytest.mark.parametrize(
    "link", [".claude", ".claude/agents", AGENT, ".claude/.agentpack", ".claude/.agentpack/base"]
)
def test_a_link_anywhere_on_the_way_is_refused(make, tmp_path, link) -> None:
    """Neither install, nor update, nor uninstall follow it; outside nothing changes."""
    root, outside = make({"mine.txt": "mine"}), tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("keep")
    apply(propose(root, [offer()]))
    place = root / link
    place.rename(tmp_path / "moved")
    place.symlink_to(outside / "keep" if link == AGENT else outside)
    for attempt in (
        lambda: apply(propose(root, [offer(text=b"two\n")])),
        lambda: apply(propose_removal(root)),
    ):
        with pytest.raises(AgentpackError, match="symbolic link"):
            attempt()
    assert [path.name for path in outside.iterdir()] == ["keep"]
    assert (outside / "keep").read_text() == "keep"


def test_a_second_run_waits_for_the_first(make, monkeypatch) -> None:
    """It begins when the first has ended; if that takes too long, it says what is the matter."""
    root = make({})
    held, release = threading.Event(), threading.Event()

    def first() -> None:
        with hold(root):
            held.set()
            release.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    held.wait(60)
    monkeypatch.setattr(sys.modules[hold.__module__], "_PATIENCE", 0.1)
    with pytest.raises(AgentpackError, match="another agentpack is at work here"), hold(root):
        pass
    release.set()
    with hold(root):
        pass
    thread.join()


def test_a_dead_run_holds_nobody_up(make) -> None:
    """The lock ends with the process that has it, however that ended."""
    root = make({})
    code = (
        "import sys, time; from pathlib import Path; from agentpack.install import hold\n"
        "with hold(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, root], stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    other.stdout.close()
    with hold(root):
        assert list(root.iterdir()) == []


def test_many_at_once_come_to_the_same(make) -> None:
    """Four installs of one pack at the same time: one state, no file torn, no stage left."""
    pack = make(
        {
            "pack.toml": '[pack]\nname = "made"\nversion = "1"\n[skills.s]\nversion = "1"\n',
            "skills/s/SKILL.md": "---\nname: s\ndescription: S\n---\nWords.\n",
        }
    )
    root = make({})
    command = [sys.executable, "-m", "agentpack", "install", root, "--from", pack]
    runs = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [run.wait() for run in runs] == [0] * len(runs)
    assert [path.name for path in root.iterdir()] == [".claude"]
    assert (root / ".claude/skills/s/SKILL.md").read_text().endswith("Words.\n")
