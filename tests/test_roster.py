"""What `agentpack.roster` and `agentpack inspect` tell of trees, and that they survive any."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agentpack import roster
from agentpack.errors import AgentpackError

AGENT = (
    "---\nname: {name}\ndescription: Does {name}.\ntools: Read, Bash(git:*)\nskills: [s]\n---\nB\n"
)
SKILL = "---\ndescription: Knows.\n---\nB\n"


def rules(found: roster.Roster) -> dict[str, str]:
    return {loss.path: loss.rule for loss in found.lost}


def test_a_project_is_told_as_json(make, agentpack) -> None:
    """The documented shape, and 0 where all arrives as written."""
    root = make({".claude/agents/a.md": AGENT.format(name="a"), ".claude/skills/s/SKILL.md": SKILL})
    code, out, _ = agentpack("inspect", root, "--format", "json")
    assert code == 0
    assert json.loads(out) == {
        "client": "2.1.329",
        "agents": [
            {
                "name": "a",
                "description": "Does a.",
                "tools": ["Read", "Bash(git:*)"],
                "disallowed_tools": [],
                "model": None,
                "skills": ["s"],
                "path": ".claude/agents/a.md",
                "tokens": 10,
            }
        ],
        "skills": [
            {
                "name": "s",
                "description": "Knows.",
                "listed": True,
                "path": ".claude/skills/s/SKILL.md",
                "tokens": 3,
            }
        ],
        "dropped": [],
    }


@pytest.mark.parametrize(
    ("path", "text", "line", "rule"),
    [
        (".claude/agents/x.md", "---\nname: x\n---\n", 1, "no-description"),
        (".claude/agents/x.md", "---\nname: 1\ndescription: x\n---\n", 2, "name-not-text"),
        (".claude/agents/x.md", "---\nname: x\n\tdescription: x\n---\n", 3, "tab-indent"),
        (".claude/agents/x.md", "---\nname: x\ndescription: 'x\n---\n", 3, "yaml-syntax"),
        (".claude/agents/x.md", "---\nname: x\ndescription: x\n", 1, "no-closing-fence"),
        (".claude/agents/x.md", "\n---\nname: x\n---\n", 1, "no-frontmatter"),
        (".claude/agents/x.md", "---\n\nname: x:y\ndescription: x\n---\n", 3, "colon-in-name"),
        (".claude/agents/x.md", "---\nname: x\ndescription: x\nhooks: []\n---\n", 4, "hooks-shape"),
        (".claude/agents/x.md", "---\nname: x\ndescription: x\n\0---\n", 4, "nul"),
        (".claude/agents/x.MD", AGENT.format(name="x"), 1, "wrong-suffix"),
        (".claude/skills/x/skill.md", SKILL, 1, "wrong-case-manifest"),
        (".claude/skills/x/y/SKILL.md", SKILL, 1, "nested-skill"),
        (".claude/skills/x.md", SKILL, 1, "flat-skill"),
        (".claude/agents/x.md", "---\nname: x\ndescription: a #b\n---\n", 3, "comment-in-value"),
        (
            ".claude/agents/x.md",
            "---\nname: x\ndescription: a --- b\n---\n",
            3,
            "fence-inside-line",
        ),
        (".claude/agents/x.md", "---\nname: x\nname: y\ndescription: z\n---\n", 2, "repeated-key"),
        (
            ".claude/agents/x.md",
            "---\nname: x\ndescription: z\ntools: []\n---\n",
            4,
            "no-tool-left",
        ),
        (
            ".claude/skills/x/SKILL.md",
            f"---\ndescription: {'x' * 1600}\n---\n",
            2,
            "description-cut",
        ),
    ],
)
def test_every_loss_has_its_line_and_rule(make, agentpack, path, text, line, rule) -> None:
    """What is dropped or cut is told with its place, and the exit code is 1."""
    root = make({".claude/agents/good.md": AGENT.format(name="good"), path: text})
    code, out, _ = agentpack("inspect", root, "--format", "json")
    (loss,) = json.loads(out)["dropped"]
    assert (code, loss["path"], loss["line"], loss["rule"]) == (1, path, line, rule)
    _, text_out, _ = agentpack("inspect", root)
    assert f"{path}:{line}" in text_out
    assert loss["reason"] in text_out


def test_older_clients_did_otherwise(make) -> None:
    """The version asked about decides; one that is not known yet does as the newest."""
    root = make({".claude/agents/x.md": "---\nname: x:y\ndescription: x\nhooks: []\n---\n"})
    assert [agent.name for agent in roster.read(root, "2.1.197").agents] == ["x:y"]
    assert roster.read(root, "2.1.259").dropped == ()
    assert rules(roster.read(root, "9.0.0")) == rules(roster.read(root))
    with pytest.raises(AgentpackError, match="not a version"):
        roster.read(root, "newest")


def test_a_plugin_can_have_a_project_in_its_folder(make) -> None:
    """Opened, the folder is a project; installed, it is the plugin: both are told."""
    root = make(
        {
            ".claude-plugin/plugin.json": '{"name": "p", "skills": "./.claude/skills/t"}',
            ".claude/agents/b.md": "---\nname: b\ndescription: Own\n---\nB\n",
            ".claude/skills/t/SKILL.md": "---\ndescription: Both\n---\nB\n",
            "agents/a.md": "---\nname: a\ndescription: Published\n---\nB\n",
        }
    )
    both, published = roster.read(root), roster.read_plugin(root)
    assert [agent.name for agent in both.agents] == ["b", "p:a"]
    assert [skill.name for skill in both.skills] == ["p:t"]
    assert [agent.name for agent in published.agents] == ["p:a"]
    assert [skill.name for skill in published.skills] == ["p:t"]
    assert [agent.name for agent in roster.read_project(root).agents] == ["b"]
    assert not both.dropped


def test_a_plugin_names_its_agents_and_skills(make) -> None:
    """Its name and the folders come first; nothing it lacks keeps an agent from loading."""
    root = make(
        {
            ".claude-plugin/plugin.json": '{"name": "p", "skills": "./more"}',
            "agents/deep/a.md": AGENT.format(name="a"),
            "agents/bare.md": "Just text.\n",
            "skills/s/SKILL.md": SKILL,
            "more/t/SKILL.md": SKILL,
        }
    )
    found = roster.read(root)
    assert {agent.name for agent in found.agents} == {"p:deep:a", "p:bare"}
    assert [skill.name for skill in found.skills] == ["p:s", "p:t"]
    (root / ".claude-plugin/plugin.json").write_text('{"name": "p", "agents": "agents/a.md"}')
    assert rules(roster.read(root)) == {".claude-plugin/plugin.json": "invalid-manifest"}


@pytest.mark.parametrize("path", ["agents/a.md", "a.md"])
def test_bare_folders_are_read_too(make, path) -> None:
    """A folder with `agents` in it, and a folder of agents."""
    assert [agent.name for agent in roster.read(make({path: AGENT.format(name="a")})).agents] == [
        "a"
    ]


def test_nothing_to_inspect_is_an_error(make, agentpack) -> None:
    """A check that finds nothing to check must not pass; a README is no agent."""
    code, _, error = agentpack("inspect", make({"README.md": "# Hello\n"}))
    assert code == 2
    assert "no agents and no skills" in error


def test_of_agents_with_one_name_one_loads(make) -> None:
    """The others are told as shadowed, be it 5,000 of them."""
    root = make({f".claude/agents/{n}.md": AGENT.format(name="same") for n in range(5000)})
    found = roster.read(root)
    assert len(found.agents) == 1
    assert set(rules(found).values()) == {"shadowed-name"}
    assert len(found.dropped) == 4999


def test_the_disk_may_hold_anything(make) -> None:
    """Links that loop or dangle, pipes, unreadable and undecodable files: each ends in a loss."""
    root = make({".claude/agents/good.md": AGENT.format(name="good")})
    agents = root / ".claude/agents"
    (agents / "dangling.md").symlink_to("nowhere")
    (agents / "self.md").symlink_to("self.md")
    (agents / "loop").symlink_to(".")
    os.mkfifo(agents / "pipe.md")
    (agents / "utf16.md").write_bytes(AGENT.format(name="u").encode("utf-16"))
    (agents / "latin.md").write_bytes(b"---\nname: l\ndescription: caf\xe9\n---\n")
    (agents / "dir.md").mkdir()
    (root / ".claude/skills/s").mkdir(parents=True)
    (root / ".claude/skills/s/SKILL.md").symlink_to("nowhere")
    (root / ".claude/skills/t").symlink_to("t")
    found = roster.read(root)
    assert {agent.name for agent in found.agents} == {"good", "l"}
    assert {Path(path).name: rule for path, rule in rules(found).items()} == {
        "dangling.md": "dangling-link",
        "self.md": "dangling-link",
        "pipe.md": "not-a-file",
        "utf16.md": "not-utf-8",
        "latin.md": "not-utf-8",
        "SKILL.md": "dangling-link",
    }
