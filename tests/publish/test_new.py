"""`new`: what it writes lints clean, by the portable specification too, and really loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.pack import load


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def clean(agentpack, folder: Path) -> None:
    for options in ([], ["--spec"]):
        code, out, _ = agentpack("lint", folder, *options)
        assert (code, out) == (0, "Nothing found.\n")


def test_a_new_pack_lints_installs_and_loads(agentpack, claude, place, tmp_path) -> None:
    """From nothing to agents in the real client, with an agent and a skill added on the way."""
    assert agentpack("new", "pack", "shop", place)[0] == 0
    pack = place / "shop"
    assert agentpack("new", "skill", "more", pack)[0] == 0
    assert agentpack("new", "agent", "extra", pack)[0] == 0
    clean(agentpack, pack)
    found = load(pack)
    assert (set(found.agents), set(found.skills)) == (
        {"shop-agent", "extra"},
        {"shop-conventions", "more"},
    )
    project = tmp_path / "project"
    project.mkdir()
    assert agentpack("install", project, "--from", pack)[0] == 0
    assert agentpack("verify", project)[0] == 0
    assert agentpack("build", pack, "--out", tmp_path / "out")[0] == 0


@pytest.mark.parametrize("kind", ["agent", "skill"])
def test_a_new_agent_or_skill_of_a_project_loads(agentpack, claude, place, kind) -> None:
    """Outside of a pack it goes into `.claude`."""
    assert agentpack("new", kind, "one", place)[0] == 0
    clean(agentpack, place)
    assert agentpack("verify", place)[0] == 0


@pytest.mark.parametrize("name", ["../x", "One", "a b", "", "a--b", "-a", "x" * 65])
def test_a_name_that_is_none_is_refused(agentpack, place, name) -> None:
    """Nothing is written, whatever the name leads to."""
    code, _, err = agentpack("new", "skill", f"{name}", place)
    assert code == 2
    assert err.count("\n") == 1
    assert list(place.iterdir()) == []


def test_nothing_is_overwritten(agentpack, place) -> None:
    """A second one of the same name is refused, and the first stays as it was edited."""
    agentpack("new", "agent", "one", place)
    file = place / ".claude/agents/one.md"
    file.write_text("mine")
    assert agentpack("new", "agent", "one", place)[0] == 2
    assert file.read_text() == "mine"
