"""What the real Claude Code makes of agents and skills, held against their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agentpack.client import Binary, verify
from agentpack.errors import AgentpackError

AGENT = """---
name: {name}
description: Reviews code. Use when code is to be reviewed.
---

# Duties of {name}

Read «everything», twice.
"""
SKILL = """---
name: {name}
description: How {name} is done
---
# {name}
"""


@pytest.fixture
def good(make) -> Path:
    return make(
        {
            ".claude/agents/reviewer.md": AGENT.format(name="reviewer").replace(
                "---\n\n#", "tools: Read, Bash\nmodel: sonnet\nskills: [style]\n---\n\n#"
            ),
            ".claude/agents/deep/down/writer.md": AGENT.format(name="writer"),
            ".claude/skills/style/SKILL.md": SKILL.format(name="style"),
            ".claude/skills/style/references/more.md": "More.\n",
        }
    )


def test_what_loads_is_reported_as_the_model_receives_it(claude: Binary, good: Path) -> None:
    """Name, description, body, tools, model, preloaded skills: all from the client's requests."""
    found = verify(good, claude)
    assert found.failures == ()
    assert found.client == claude.version
    writer, reviewer = found.agents
    assert (reviewer.name, reviewer.path) == ("reviewer", ".claude/agents/reviewer.md")
    assert reviewer.loaded
    assert reviewer.body_matches
    assert reviewer.description == "Reviews code. Use when code is to be reviewed."
    assert reviewer.model is not None
    assert "sonnet" in reviewer.model
    assert reviewer.tools == ("Read", "Bash")
    assert reviewer.tools_told == "Read, Bash"
    assert reviewer.skills == ("style",)
    assert 10 < reviewer.tokens < 30
    assert writer.loaded
    assert writer.tools is not None
    assert "Write" in writer.tools
    (style,) = found.skills
    assert style.loaded
    assert style.listed
    assert style.body_matches
    assert style.description == "How style is done"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (".claude/agents/bad.md", "---\nname: bad\n---\nBody\n", "description"),
        (".claude/agents/bad.md", "---\nname: bad\n\tdescription: x\n---\nBody\n", "line 3: "),
        (".claude/agents/bad.md", "---\nname: bad\ndescription: x\nBody\n", "no closing ---"),
        (
            ".claude/agents/bad.md",
            "---\nname: bad\ndescription: x\nskills: [nowhere]\n---\nBody\n",
            "the skill 'nowhere' is not preloaded",
        ),
        (
            ".claude/agents/bad.md",
            AGENT.format(name="writer").replace("everything", "nothing"),
            "another file has the name 'writer'",
        ),
        (".claude/skills/bad/skill.md", SKILL.format(name="bad"), "exactly this spelling"),
        (".claude/skills/group/bad/SKILL.md", SKILL.format(name="bad"), "one level too deep"),
        (".claude/skills/bad/README.md", "x", "the folder has no SKILL.md"),
    ],
)
def test_what_is_lost_is_reported_with_its_reason(
    claude: Binary, good: Path, path: str, text: str, reason: str
) -> None:
    """A broken file is named with why; the good ones beside it load all the same."""
    (good / path).parent.mkdir(parents=True, exist_ok=True)
    (good / path).write_text(text)
    found = verify(good, claude)
    assert any(reason in failure.reason for failure in found.failures), found.failures
    assert sum(agent.loaded and agent.body_matches for agent in found.agents) >= 2
    assert any(skill.name == "style" and skill.loaded for skill in found.skills)


def test_a_description_of_several_lines_is_reported_whole(claude: Binary, good: Path) -> None:
    """The entry ends where the next one begins, not at the first line break."""
    text = AGENT.format(name="many").replace("Reviews code.", "|\n  One.\n  - two: three\n  Four.")
    (good / ".claude/agents/many.md").write_text(text)
    (many,) = (agent for agent in verify(good, claude).agents if agent.name == "many")
    assert many.description is not None
    assert many.description.startswith("One.\n- two: three\nFour.")
    assert many.body_matches


def test_a_body_that_arrives_otherwise_is_reported(claude: Binary, good: Path, tmp_path) -> None:
    """A client that hands the model another text than the file's is caught, agent and skill."""
    liar = tmp_path / "claude"
    liar.write_text(
        "#!/bin/sh\n"
        "sed -i 's/twice/once/' .claude/agents/reviewer.md\n"
        "sed -i 's/# style/# fashion/' .claude/skills/style/SKILL.md\n"
        f'exec "{claude.path}" "$@"\n'
    )
    liar.chmod(0o755)
    found = verify(good, replace(claude, path=liar))
    assert {failure.path for failure in found.failures} == {
        ".claude/agents/reviewer.md",
        ".claude/skills/style/SKILL.md",
    }
    assert all("another body" in failure.reason for failure in found.failures)
    assert [agent.body_matches for agent in found.agents] == [True, False]


def test_an_agent_that_cannot_start_says_why(claude: Binary, good: Path) -> None:
    """A preloaded skill whose command may not run ends every launch: the client's words tell."""
    skill = SKILL.format(name="style") + "\nNow: !`ls -la /`\n"
    (good / ".claude/skills/style/SKILL.md").write_text(skill)
    (failure,) = verify(good, claude).failures
    assert failure.path == ".claude/agents/reviewer.md"
    assert "cannot start it: " in failure.reason
    assert "permission" in failure.reason


def test_a_large_repository_is_verified_whole(claude: Binary, make) -> None:
    """Every agent is launched, however many there are."""
    root = make({f".claude/agents/a{n}.md": AGENT.format(name=f"agent-{n}") for n in range(60)})
    found = verify(root, claude)
    assert found.failures == ()
    assert sum(agent.body_matches for agent in found.agents) == 60


def test_a_skill_that_is_hidden_from_the_model_costs_nothing(claude: Binary, good: Path) -> None:
    """`disable-model-invocation` leaves a skill loaded and out of the roster."""
    text = SKILL.format(name="quiet").replace("---\n#", "disable-model-invocation: true\n---\n#")
    (good / ".claude/skills/quiet").mkdir()
    (good / ".claude/skills/quiet/SKILL.md").write_text(text)
    (quiet,) = (skill for skill in verify(good, claude).skills if skill.name == "quiet")
    assert (quiet.loaded, quiet.listed, quiet.tokens) == (True, False, 0)


def test_the_project_is_not_written_to(claude: Binary, good: Path) -> None:
    """The client runs on a copy."""
    before = sorted(path.relative_to(good) for path in good.rglob("*"))
    verify(good, claude)
    assert sorted(path.relative_to(good) for path in good.rglob("*")) == before


def test_nothing_to_load_is_an_error(claude: Binary, tmp_path: Path) -> None:
    """A check that finds nothing to check must not pass."""
    with pytest.raises(AgentpackError, match="no agents and no skills"):
        verify(tmp_path, claude)
