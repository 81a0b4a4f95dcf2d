"""`install`, `status` and `uninstall` as a user types them, on a pack made for the purpose."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest

PACK = {
    "pack.toml": """\
[pack]
name = "made"
version = "1.0.0"
[agents.reviewer]
version = "1.0.0"
skills = ["style"]
facts = ["port"]
[skills.style]
version = "1.0.0"
[skills.other]
version = "1.0.0"
""",
    "agents/reviewer.md.j2": (
        "---\nname: reviewer\ndescription: Reviews\nskills: [style]\n---\n"
        "«% if port %»Port «port».«% else %»No port.«% endif %» End.\n"
    ),
    "skills/style/SKILL.md": "---\nname: style\ndescription: Style\n---\nStyle.\n",
    "skills/style/scripts/run.sh": "#!/bin/sh\necho ran\n",
    "skills/other/SKILL.md": "---\nname: other\ndescription: Other\n---\nOther.\n",
}
PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi", "uvicorn"]\n',
    "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "watch.sh": "#!/bin/sh\nuvicorn app:app --reload --port 8010\n",
}


@pytest.fixture
def pack(make) -> Path:
    return make(PACK)


@pytest.fixture
def project(make) -> Path:
    return make(PROJECT)


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in root.rglob("*")
    }


def changes(out: str) -> dict[str, str]:
    return {change["path"]: change["action"] for change in json.loads(out)["changes"]}


def test_install_renders_the_facts_and_keeps_a_ledger(agentpack, project, pack) -> None:
    """The agent says the project's port, the script can run, status is clean."""
    code, out, _ = agentpack("install", project, "--from", pack)
    assert code == 0
    assert ".claude/agents/reviewer.md" in out
    assert (project / ".claude/agents/reviewer.md").read_text().endswith("Port 8010. End.\n")
    assert os.access(project / ".claude/skills/style/scripts/run.sh", os.X_OK)
    lock = json.loads((project / ".claude/.agentpack/lock.json").read_text())["packs"]["made"]
    assert lock["agents"] == {"reviewer": "1.0.0"}
    assert lock["facts"] == {"port": {"value": 8010, "source": "watch.sh:2"}}
    kept = {
        path.name: path.read_bytes() for path in (project / ".claude/.agentpack/base").iterdir()
    }
    for path, file in lock["files"].items():
        assert kept[file["sha256"]] == (project / path).read_bytes()
    assert agentpack("status", project, "--check")[0] == 0


def test_dry_run_tells_what_install_then_does(agentpack, project, pack) -> None:
    """It lists the same changes and writes nothing."""
    before = tree(project)
    code, told, _ = agentpack("install", project, "--from", pack, "--dry-run", "--format", "json")
    assert (code, tree(project)) == (0, before)
    done = agentpack("install", project, "--from", pack, "--format", "json")[1]
    assert changes(told) == changes(done)
    assert set(changes(done).values()) == {"write"}


def test_uninstall_restores_the_prior_tree(agentpack, project, pack) -> None:
    """Files, ledger and folders go; what was there stays."""
    (project / ".claude/agents").mkdir(parents=True)
    (project / ".claude/agents/mine.md").write_text("mine")
    before = tree(project)
    assert agentpack("install", project, "--from", pack)[0] == 0
    assert tree(project) != before
    assert agentpack("uninstall", project)[0] == 0
    assert tree(project) == before


def test_uninstall_keeps_an_edited_file(agentpack, project, pack) -> None:
    """What a user wrote into a file of ours is not ours to delete."""
    agentpack("install", project, "--from", pack)
    edited = project / ".claude/skills/style/SKILL.md"
    edited.write_text("mine now")
    code, out, _ = agentpack("uninstall", project, "--format", "json")
    assert code == 0
    assert changes(out)["skills/style/SKILL.md"] == "keep"
    assert edited.read_text() == "mine now"
    assert not (project / ".claude/agents").exists()
    assert not (project / ".claude/.agentpack").exists()


def test_a_choice_takes_its_closure_and_adds_up(agentpack, project, pack) -> None:
    """An agent brings its skills; a later choice adds to it."""
    agentpack("install", project, "--from", pack, "--agent", "reviewer")
    assert {p.name for p in (project / ".claude/skills").iterdir()} == {"style"}
    agentpack("install", project, "--skill", "other")
    assert {p.name for p in (project / ".claude/skills").iterdir()} == {"style", "other"}
    assert (project / ".claude/agents/reviewer.md").exists()


def test_an_edit_is_kept_and_a_deleted_file_stays_deleted(agentpack, project, pack) -> None:
    """A second install does not undo what the user did, and status names it."""
    agentpack("install", project, "--from", pack)
    edited, deleted = (
        project / ".claude/skills/style/SKILL.md",
        project / ".claude/skills/other/SKILL.md",
    )
    edited.write_text("mine")
    deleted.unlink()
    code, out, _ = agentpack("install", project, "--format", "json")
    assert code == 0
    assert changes(out) == {"skills/style/SKILL.md": "keep", "skills/other/SKILL.md": "keep"}
    assert edited.read_text() == "mine"
    assert not deleted.exists()
    code, out, _ = agentpack("status", project, "--check")
    assert code == 1
    assert "edited   .claude/skills/style/SKILL.md" in out
    assert "deleted  .claude/skills/other/SKILL.md" in out
    assert agentpack("status", project)[0] == 0


def test_a_fact_that_changed_is_drift_until_the_next_install(agentpack, project, pack) -> None:
    """Status says what the agent says, what the project says now, and where."""
    agentpack("install", project, "--from", pack)
    (project / "watch.sh").write_text("#!/bin/sh\nuvicorn app:app --reload --port 9001\n")
    code, out, _ = agentpack("status", project, "--check")
    assert code == 1
    assert "installed with 8010" in out
    assert "now 9001" in out
    assert "watch.sh:2" in out
    assert ".claude/agents/reviewer.md" in out
    assert agentpack("install", project)[0] == 0
    assert (project / ".claude/agents/reviewer.md").read_text().endswith("Port 9001. End.\n")
    assert agentpack("status", project, "--check")[0] == 0


def test_a_contradiction_is_named_and_laid_out_to_decide(agentpack, project, pack) -> None:
    """Install names it, init writes the candidates down once, and a decision ends it."""
    (project / "compose.yaml").write_text(
        'services:\n  api:\n    build: .\n    command: uvicorn app:app\n    ports: ["9001:8000"]\n'
    )
    assert "the first was taken: port" in agentpack("install", project, "--from", pack)[1]
    assert agentpack("init", project, "--dry-run")[0] == 0
    assert not (project / "agentpack.toml").exists()
    code, out, _ = agentpack("init", project)
    assert (code, "Stated in 2 ways: port" in out) == (0, True)
    decisions = project / "agentpack.toml"
    assert "# port = 8010  # watch.sh:2\n# port = 9001  # compose.yaml:5\n" in decisions.read_text()
    decisions.write_text(decisions.read_text().replace("# port = 9001", "port = 9001"))
    assert "Stated in" not in agentpack("init", project)[1]
    assert agentpack("install", project)[0] == 0
    assert (project / ".claude/agents/reviewer.md").read_text().endswith("Port 9001. End.\n")


def test_an_edit_under_a_changed_pack_is_a_conflict(agentpack, project, pack) -> None:
    """Yours stays, the rest is brought up to date, and the exit code says so."""
    agentpack("install", project, "--from", pack)
    mine = project / ".claude/skills/style/SKILL.md"
    mine.write_text("mine")
    (pack / "skills/style/SKILL.md").write_text("theirs")
    (pack / "skills/other/SKILL.md").write_text("theirs too")
    code, out, _ = agentpack("install", project, "--format", "json")
    assert code == 1
    assert changes(out) == {
        "skills/style/SKILL.md": "conflict",
        "skills/style/SKILL.md.pack-new": "write",
        "skills/other/SKILL.md": "write",
    }
    assert mine.read_text() == "mine"
    assert (project / ".claude/skills/other/SKILL.md").read_text() == "theirs too"
    lock = json.loads((project / ".claude/.agentpack/lock.json").read_text())["packs"]["made"]
    base = (
        project
        / ".claude/.agentpack/base"
        / lock["files"][".claude/skills/style/SKILL.md"]["sha256"]
    )
    assert base.read_text() == PACK["skills/style/SKILL.md"]


def test_a_strangers_file_refuses_the_whole_install(agentpack, project, pack) -> None:
    """It is named, it is not touched, and nothing at all is written."""
    stranger = project / ".claude/agents/reviewer.md"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("by hand")
    before = tree(project)
    code, out, _ = agentpack("install", project, "--from", pack)
    assert code == 1
    assert "conflict  .claude/agents/reviewer.md" in out
    assert "Nothing was written" in out
    assert tree(project) == before


def test_an_identical_file_is_adopted_and_left_by_uninstall(agentpack, project, pack) -> None:
    """It was there before agentpack, so it is there afterwards."""
    same = project / ".claude/skills/other/SKILL.md"
    same.parent.mkdir(parents=True)
    same.write_text(PACK["skills/other/SKILL.md"])
    before = tree(project)
    assert agentpack("install", project, "--from", pack)[0] == 0
    assert agentpack("status", project, "--check")[0] == 0
    assert agentpack("uninstall", project)[0] == 0
    assert tree(project) == before


def test_what_a_pack_drops_is_deleted(agentpack, project, pack) -> None:
    """A file that the new pack no longer has goes, if nobody edited it."""
    agentpack("install", project, "--from", pack)
    (pack / "skills/style/scripts/run.sh").unlink()
    code, out, _ = agentpack("install", project, "--format", "json")
    assert (code, changes(out)) == (0, {"skills/style/scripts/run.sh": "delete"})
    assert not (project / ".claude/skills/style/scripts").exists()


def test_no_permission_leaves_nothing_half_written(agentpack, make) -> None:
    """A folder that may not be written to is one clear line and exit 2."""
    with tempfile.TemporaryDirectory() as folder:
        root, pack = Path(folder), make(PACK).rename(Path(folder) / "pack")
        project = make(PROJECT).rename(root / "project")
        (project / ".claude").mkdir()
        assert agentpack("install", project, "--from", pack, "--dry-run")[0] == 0
        root.chmod(0o755)
        (project / ".claude").chmod(0o555)
        before = tree(project)
        user = os.geteuid()
        if user == 0:  # The super-user may write anywhere: the test would show nothing.
            os.seteuid(65534)
        try:
            code, out, err = agentpack("install", project, "--from", pack)
        finally:
            os.seteuid(user)
        assert (code, out) == (2, "")
        assert "no permission to write here" in err
        assert err.count("\n") == 1
        assert tree(project) == before
        (project / ".claude").chmod(0o755)
