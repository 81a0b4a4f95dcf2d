"""The main job end to end: whatever project the pack is rendered for, the real client loads it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from agentpack.client import Binary

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(path for path in (ROOT / "tests/data/projects").iterdir() if path.is_dir())
RENDERED = [ROOT, *sorted(path.parent for path in ROOT.glob("apps/*/.claude"))]


def test_there_are_projects() -> None:
    """Nothing to verify would be nothing verified."""
    assert len(PROJECTS) >= 14
    assert len(RENDERED) >= 2


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_every_shape_of_project_gets_agents_that_load(
    agentpack, claude: Binary, tmp_path: Path, project: Path
) -> None:
    """Installed for this project, all agents and skills reach the model as they were rendered."""
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    assert agentpack("install", copy)[0] == 0
    code, out, _ = agentpack("verify", copy, "--client", claude.path, "--format", "json")
    found = json.loads(out)
    assert (code, found["failures"]) == (0, [])
    assert found["client"] == claude.version
    assert {agent["name"] for agent in found["agents"] if agent["body_matches"]} == {
        "backend-api-agent",
        "fastapi-backend-agent",
        "fastapi-backend-developer",
    }
    assert all(skill["loaded"] and skill["listed"] for skill in found["skills"])
    assert all(skill["body_matches"] for skill in found["skills"])
    assert agentpack("status", copy, "--check")[0] == 0
    assert agentpack("uninstall", copy)[0] == 0
    assert not (copy / ".claude").exists()


@pytest.mark.parametrize("root", RENDERED, ids=lambda path: path.name)
def test_what_is_committed_is_in_step_and_loads(agentpack, claude: Binary, root: Path) -> None:
    """The rendered copies here are what install would write, and the client agrees."""
    assert agentpack("status", root, "--check")[0] == 0
    assert agentpack("verify", root, "--client", claude.path)[0] == 0


@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        ("agents/backend-api-agent.md", "description:", "descripion:", "description"),
        ("agents/backend-api-agent.md", "model:", "\tmodel:", "tab"),
        ("skills/endpoint-timing", "SKILL.md", "skill.md", "exactly this spelling"),
    ],
)
def test_a_broken_copy_is_reported(agentpack, claude, tmp_path, path, old, new, reason) -> None:
    """No description, a tab for indentation, `skill.md`: each by name, with why, exit 1."""
    shutil.copytree(ROOT / ".claude", tmp_path / ".claude")
    broken = tmp_path / ".claude" / path
    if broken.is_dir():
        (broken / old).rename(broken / new)
    else:
        broken.write_text(broken.read_text().replace(old, new, 1))
    code, out, _ = agentpack("verify", tmp_path, "--client", claude.path, "--format", "json")
    failures = json.loads(out)["failures"]
    assert code == 1
    assert any(path in f["path"] and reason in f["reason"] for f in failures), failures
    code, out, _ = agentpack("verify", tmp_path, "--client", claude.path)
    assert code == 1
    assert "LOST" in out
    assert reason in out


def test_this_repository_is_a_plugin(claude: Binary, tmp_path: Path) -> None:
    """The client's own validator accepts plugin and marketplace, strictly."""
    for manifest in ("plugin.json", "marketplace.json"):
        run = subprocess.run(
            [claude.path, "plugin", "validate", "--strict", ROOT / ".claude-plugin" / manifest],
            env={"HOME": str(tmp_path), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_plugin_names_every_agent() -> None:
    """An agent that the manifest forgets would not be in the plugin."""
    plugin = json.loads((ROOT / ".claude-plugin/plugin.json").read_text())
    agents = {f"./{path.relative_to(ROOT)}" for path in ROOT.glob(".claude/agents/*.md")}
    assert set(plugin["agents"]) == agents
