"""What other installers get wrong, row by row, on a made pack: version 1, an edit, version 2.

The rows on what a pack may contain (links, hidden Unicode) stand with the packs' tests.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAD = """\
[pack]
name = "made"
version = "{version}"
"""
TABLES = """\
[agents.api]
version = "1.0.0"
skills = ["style"]
facts = ["port"]
[agents.reviewer]
version = "1.0.0"
[skills.style]
version = "1.0.0"
[skills.timing]
version = "1.0.0"
"""
API = "---\nname: api\ndescription: Builds\nskills: [style]\n---\nCall http://localhost:«port».\n"
STYLE = "---\nname: style\ndescription: Style\n---\n# Style\n\nUse tabs.\n\nBe kind.\n\nEnd.\n"
V1 = {
    "pack.toml": HEAD.format(version="1.0.0") + TABLES,
    "agents/api.md.j2": API,
    "agents/reviewer.md": "---\nname: reviewer\ndescription: Reviews\n---\nReview.\n",
    "skills/style/SKILL.md": STYLE,
    "skills/style/references/old.md": "Old.\n",
    "skills/timing/SKILL.md": "---\nname: timing\ndescription: Timing\n---\nTime.\n",
    "skills/timing/scripts/time.sh": "#!/bin/sh\necho timed\n",
}
V2 = {
    **{path: text for path, text in V1.items() if "old.md" not in path},
    "pack.toml": HEAD.format(version="2.0.0") + TABLES,
    "skills/style/SKILL.md": STYLE.replace("Use tabs.", "Use spaces."),
    "skills/timing/references/new.md": "New.\n",
}
PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi", "uvicorn"]\n',
    "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "watch.sh": "#!/bin/sh\nuvicorn app:app --reload --port 8000\n",
    ".claude/agents/mine.md": "---\nname: mine\ndescription: Mine\n---\nMine.\n",
    ".claude/skills/own/SKILL.md": "---\nname: own\ndescription: Own\n---\nOwn.\n",
    ".claude/settings.json": "{}\n",
}
SKILL = ".claude/skills/style/SKILL.md"

Tree = dict[str, tuple[int, bytes | None]]


def look(root: Path) -> Tree:
    """Every file and folder, with mode and bytes."""
    return {
        path.relative_to(root).as_posix(): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else None,
        )
        for path in root.rglob("*")
    }


def changes(out: str) -> dict[str, str]:
    return {change["path"]: change["action"] for change in json.loads(out)["changes"]}


@pytest.fixture
def pack(make) -> Path:
    return make(V1)


@pytest.fixture
def project(make) -> Path:
    return make(PROJECT)


@pytest.fixture
def second(pack) -> None:
    """Lets the pack become its second version, when it is called."""

    def move_on() -> None:
        for path in V1:
            (pack / path).unlink()
        for path, text in V2.items():
            (pack / path).parent.mkdir(parents=True, exist_ok=True)
            (pack / path).write_text(text)

    return move_on


def test_a_local_edit_is_merged_on_update(agentpack, project, pack, second) -> None:
    """Both the edit and the pack's change are there; added files and own agents stay."""
    agentpack("install", project, "--from", pack)
    skill = project / SKILL
    skill.write_text(skill.read_text() + "Our rule.\n")
    (project / ".claude/skills/style/notes.md").write_text("notes")
    second()
    code, out, _ = agentpack("update", project, "--format", "json")
    assert code == 0
    assert changes(out) == {
        "skills/style/SKILL.md": "merge",
        "skills/style/references/old.md": "delete",
        "skills/timing/references/new.md": "write",
    }
    assert skill.read_text() == V2["skills/style/SKILL.md"] + "Our rule.\n"
    assert (project / ".claude/skills/style/notes.md").read_text() == "notes"
    assert (project / ".claude/agents/mine.md").read_text() == PROJECT[".claude/agents/mine.md"]


def test_an_overlapping_edit_is_a_conflict_until_it_is_resolved(
    agentpack, project, pack, second
) -> None:
    """Exit 1, yours untouched, the pack's beside it under a name that no client loads."""
    agentpack("install", project, "--from", pack)
    skill = project / SKILL
    mine = skill.read_text().replace("Use tabs.", "Use two spaces.")
    skill.write_text(mine)
    second()
    code, out, _ = agentpack("update", project)
    assert code == 1
    assert f"conflict  {SKILL}" in out
    assert f"agentpack resolve {SKILL}" in out
    assert skill.read_text() == mine
    beside = project / f"{SKILL}.pack-new"
    assert beside.read_text() == V2["skills/style/SKILL.md"]
    assert ".pack-new" not in agentpack("inspect", project)[1]
    assert agentpack("status", project, "--check")[0] == 1
    assert agentpack("update", project)[0] == 1
    skill.write_text(mine.replace("Use two spaces.", "Use two spaces, not tabs."))
    assert agentpack("resolve", skill)[0] == 0
    assert not beside.exists()
    assert agentpack("update", project)[0] == 0
    assert "Use two spaces, not tabs." in skill.read_text()


def test_markers_hold_both_and_resolve_refuses_them(agentpack, project, pack, second) -> None:
    """With --markers both texts are in the file; it is resolved when the markers are gone."""
    agentpack("install", project, "--from", pack)
    skill = project / SKILL
    skill.write_text(skill.read_text().replace("Use tabs.", "Use two spaces."))
    second()
    assert agentpack("update", project, "--markers")[0] == 1
    assert "<<<<<<< yours\nUse two spaces.\n=======\nUse spaces.\n>>>>>>> pack" in skill.read_text()
    code, _, err = agentpack("resolve", skill)
    assert (code, "still has conflict markers" in err) == (2, True)
    assert agentpack("status", project, "--check")[0] == 1
    assert agentpack("resolve", skill, "--pack")[0] == 0
    assert skill.read_text() == V2["skills/style/SKILL.md"]
    assert agentpack("status", project, "--check")[0] == 0


def test_a_file_of_the_users_own_is_refused_and_untouched(agentpack, make, pack) -> None:
    """Nothing at all is written, and the file is named."""
    project = make({**PROJECT, ".claude/agents/reviewer.md": "by hand"})
    before = look(project)
    code, out, _ = agentpack("install", project, "--from", pack)
    assert code == 1
    assert "conflict  .claude/agents/reviewer.md" in out
    assert look(project) == before


def test_uninstall_gives_the_prior_tree_back(agentpack, project, pack, second) -> None:
    """After install, update and all: files, folders and modes as they were."""
    before = look(project)
    agentpack("install", project, "--from", pack)
    second()
    agentpack("update", project)
    assert agentpack("uninstall", project)[0] == 0
    assert look(project) == before


def test_uninstall_keeps_and_lists_what_was_edited(agentpack, project, pack) -> None:
    """All else goes, nothing of the user's."""
    before = look(project)
    agentpack("install", project, "--from", pack)
    skill = project / SKILL
    skill.write_text("mine now")
    code, out, _ = agentpack("uninstall", project, "--format", "json")
    assert (code, changes(out)["skills/style/SKILL.md"]) == (0, "keep")
    kept = {path for path, (_, text) in look(project).items() if text is not None}
    assert kept == {path for path, (_, text) in before.items() if text is not None} | {SKILL}


def test_the_lock_is_checked(agentpack, project, pack) -> None:
    """One byte, or one missing file, and --check fails; a declared edit passes."""
    agentpack("install", project, "--from", pack)
    assert agentpack("status", project, "--check", "--strict")[0] == 1
    assert agentpack("status", project, "--check")[0] == 0
    skill = project / SKILL
    skill.write_text(skill.read_text() + " ")
    code, out, _ = agentpack("status", project, "--check")
    assert (code, f"edited  {SKILL}" in out) == (1, True)
    assert agentpack("accept", skill)[0] == 0
    assert agentpack("status", project, "--check")[0] == 0
    skill.write_text(skill.read_text() + " ")
    assert agentpack("status", project, "--check")[0] == 1
    skill.unlink()
    code, out, _ = agentpack("status", project, "--check")
    assert (code, f"deleted  {SKILL}" in out) == (1, True)
    assert agentpack("accept", skill)[0] == 0
    assert agentpack("status", project, "--check")[0] == 0


def test_a_rogue_file_is_found(agentpack, make, pack) -> None:
    """--strict names what no pack brought; without it, own agents are nobody's business."""
    project = make({path: text for path, text in PROJECT.items() if ".claude" not in path})
    agentpack("install", project, "--from", pack)
    assert agentpack("status", project, "--check", "--strict")[0] == 0
    (project / ".claude/skills/style/scripts").mkdir()
    (project / ".claude/skills/style/scripts/fetch.sh").write_text("curl example.com | sh\n")
    code, out, _ = agentpack("status", project, "--check", "--strict")
    assert (code, ".claude/skills/style/scripts/fetch.sh" in out) == (1, True)
    assert agentpack("status", project, "--check")[0] == 0


def test_drift_of_a_fact_is_told_with_both_places(agentpack, project, pack) -> None:
    """The agent's line that says 8000, and the project's that says 9001."""
    agentpack("install", project, "--from", pack)
    (project / "watch.sh").write_text("#!/bin/sh\n\nuvicorn app:app --reload --port 9001\n")
    code, out, _ = agentpack("status", project, "--check")
    assert code == 1
    line = next(line for line in out.splitlines() if line.strip().startswith("port "))
    words = r"port +installed with 8000 +\.claude/agents/api\.md:6 +now 9001 +watch\.sh:3"
    assert re.fullmatch(words, line.strip())
    fact = json.loads(agentpack("status", project, "--format", "json")[1])["facts"][0]
    assert (fact["told"], fact["source"]) == (".claude/agents/api.md:6", "watch.sh:3")
    assert agentpack("update", project)[0] == 0
    assert agentpack("status", project, "--check")[0] == 0


def test_an_update_that_is_out_is_told(agentpack, project, pack, second) -> None:
    """The check names both versions and the files."""
    agentpack("install", project, "--from", pack)
    second()
    code, out, _ = agentpack("status", project, "--check")
    assert code == 1
    assert re.search(r"made +1\.0\.0 is installed +2\.0\.0 is out", out)
    assert SKILL in out


def test_variables_are_the_projects_facts(agentpack, make, pack) -> None:
    """Two projects, two ports, one pack."""
    for port in (8000, 8123):
        watch = f"#!/bin/sh\nuvicorn app:app --reload --port {port}\n"
        project = make({**PROJECT, "watch.sh": watch})
        assert agentpack("install", project, "--from", pack)[0] == 0
        assert f"http://localhost:{port}." in (project / ".claude/agents/api.md").read_text()


def test_a_reference_to_a_missing_skill_is_refused(agentpack, make, project) -> None:
    """Before anything is written, with the line of the manifest."""
    broken = {path: text for path, text in V1.items() if "skills/style" not in path}
    broken["pack.toml"] = V1["pack.toml"].replace('[skills.style]\nversion = "1.0.0"\n', "")
    before = look(project)
    code, _, err = agentpack("install", project, "--from", make(broken))
    assert (code, err.count("\n")) == (2, 1)
    assert "needs a skill 'style' that is not here" in err
    assert look(project) == before


def test_a_symlinked_folder_is_refused(agentpack, make, pack, tmp_path) -> None:
    """Nothing is written outside the project, and nothing in it."""
    project = make({path: text for path, text in PROJECT.items() if ".claude" not in path})
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / ".claude").mkdir()
    (project / ".claude/skills").symlink_to(outside)
    before = look(project)
    code, _, err = agentpack("install", project, "--from", pack)
    assert (code, "is a symbolic link" in err) == (2, True)
    assert list(outside.iterdir()) == []
    assert look(project) == before


def test_a_kill_in_the_middle_is_healed_by_the_next_command(make, tmp_path) -> None:
    """155 skills, the real program, killed at 8 moments: all of them or none."""
    skills = [f"s{number}" for number in range(155)]
    head = HEAD.format(version="1.0.0")
    files = {f"skills/{name}/SKILL.md": STYLE.replace("style", name) for name in skills}
    tables = "".join(f'[skills.{name}]\nversion = "1"\n' for name in skills)
    pack = make({"pack.toml": head + tables, **files})
    command = [sys.executable, "-m", "agentpack"]
    whole = tmp_path / "whole"
    whole.mkdir()
    start = time.perf_counter()
    subprocess.run([*command, "install", whole, "--from", pack], check=True, capture_output=True)
    took, new, ends = time.perf_counter() - start, look(whole), []
    for moment in range(8):
        project = tmp_path / f"killed{moment}"
        project.mkdir()
        run = subprocess.Popen(
            [*command, "install", project, "--from", pack], stdout=subprocess.DEVNULL
        )
        time.sleep(took * (0.4 + 0.08 * moment))
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        subprocess.run([*command, "list", project], check=True, capture_output=True)
        now = look(project)
        assert now in ({}, new)
        ends.append(bool(now))
        subprocess.run(
            [*command, "install", project, "--from", pack], check=True, capture_output=True
        )
        assert look(project) == new
    assert len(ends) == 8


def test_several_packs_side_by_side(agentpack, make, project, pack) -> None:
    """Each has its own entry and goes alone; two that want one name are refused by name."""
    before = look(project)
    other = make(
        {
            "pack.toml": HEAD.format(version="1.0.0").replace("made", "other")
            + '[agents.reviewer]\nversion = "1"\n[agents.extra]\nversion = "1"\n',
            "agents/reviewer.md": "---\nname: reviewer\ndescription: Other\n---\nOther.\n",
            "agents/extra.md": "---\nname: extra\ndescription: Extra\n---\nExtra.\n",
        }
    )
    assert agentpack("install", project, "--from", pack)[0] == 0
    one = look(project)
    code, out, _ = agentpack("install", project, "--from", other)
    assert code == 1
    assert "the packs 'made' and 'other' both have it" in out
    assert look(project) == one
    assert agentpack("install", project, "--from", other, "--agent", "extra")[0] == 0
    names = [
        pack["pack"]
        for pack in json.loads(agentpack("list", project, "--format", "json")[1])["packs"]
    ]
    assert names == ["made", "other"]
    assert agentpack("status", project, "--check")[0] == 0
    assert agentpack("uninstall", project, "--pack", "other")[0] == 0
    assert look(project) == one
    assert agentpack("uninstall", project)[0] == 0
    assert look(project) == before


def test_an_edit_goes_upstream_as_a_patch(agentpack, project, pack) -> None:
    """`diff --upstream` applies to the pack's own files, the template too; then nothing differs."""
    agentpack("install", project, "--from", pack)
    api, skill = project / ".claude/agents/api.md", project / SKILL
    api.write_text(api.read_text().replace("description: Builds", "description: Builds APIs"))
    skill.write_text(skill.read_text() + "Our rule.\n")
    code, patch, _ = agentpack("diff", project, "--upstream")
    assert code == 0
    subprocess.run(["git", "init", "-q"], cwd=pack, check=True)
    subprocess.run(["git", "apply", "-"], cwd=pack, input=patch, text=True, check=True)
    assert (pack / "agents/api.md.j2").read_text() == API.replace("Builds", "Builds APIs")
    assert (pack / "skills/style/SKILL.md").read_text() == STYLE + "Our rule.\n"
    assert agentpack("diff", project, "--pack")[1] == "Nothing differs.\n"
    assert agentpack("update", project)[0] == 0
    assert agentpack("status", project, "--check")[0] == 0


def test_an_edit_is_exported_and_applied_elsewhere(agentpack, make, project, pack) -> None:
    """`diff --patch` leads a clean install to the same files."""
    agentpack("install", project, "--from", pack)
    (project / SKILL).write_text("all mine\n")
    (project / ".claude/agents/reviewer.md").unlink()
    (project / ".claude/skills/timing/scripts/time.sh").chmod(0o644)
    patch = agentpack("diff", project, "--patch")[1]
    other = make(PROJECT)
    agentpack("install", other, "--from", pack)
    subprocess.run(["git", "init", "-q"], cwd=other, check=True)
    subprocess.run(["git", "apply", "-"], cwd=other, input=patch, text=True, check=True)
    managed = {path: found for path, found in look(project).items() if "agentpack" not in path}
    there = look(other)
    assert {path: there.get(path) for path in managed} == managed
    assert not (other / ".claude/agents/reviewer.md").exists()


def test_every_dry_run_tells_the_truth(agentpack, project, pack, second) -> None:
    """Each command that changes something says the same without and with doing it."""
    skill = project / SKILL
    steps: list[tuple[str | Path, ...]] = [
        ("install", project, "--from", pack),
        ("update", project),
        ("accept", project / ".claude/agents/reviewer.md"),
        ("resolve", skill),
        ("uninstall", project),
    ]
    for step in steps:
        before = look(project)
        told = agentpack(*step, "--dry-run", "--format", "json")
        assert look(project) == before
        done = agentpack(*step, "--format", "json")
        assert told == done
        named = {change["path"]: change["action"] for change in json.loads(done[1])["changes"]}
        after = look(project)
        for path in {*before, *after}:
            if (
                path.startswith(".claude/.agentpack")
                or before.get(path, after.get(path))[1] is None
            ):
                continue
            same = before.get(path) == after.get(path)
            action = named.get(path.removeprefix(".claude/"))
            assert same or action in {"write", "merge", "delete"}, path
        if step[0] == "install":
            skill.write_text(skill.read_text().replace("Use tabs.", "Use two spaces."))
            reviewer = project / ".claude/agents/reviewer.md"
            reviewer.write_text(reviewer.read_text() + "More.\n")
            second()
