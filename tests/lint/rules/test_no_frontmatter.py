"""A README among agents is nobody's loss; an agent whose keys are not read is."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.lint import rule
from agentpack.lint.look import look
from agentpack.lint.run import lint

RULES = ("no-frontmatter", "agent-without-frontmatter")


def found(root: Path, name: str, text: str) -> list[str]:
    file = root / ".claude" / "agents" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode())
    return [one.rule for one in lint(look(root, "2.1.329"), [rule.load(one) for one in RULES])]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "# Agents\n\nYou are an author? Read this.\n"),
        ("overview.md", "# The agents\n"),
        ("glossary.md", "# Words\n\nWhat we call things.\n"),
        ("how-to.md", "# How\n\n```yaml\n---\nname: x\n---\n```\n"),
    ],
)
def test_a_page_for_people_is_silent(tmp_path: Path, name: str, text: str) -> None:
    """What was never meant to be an agent is not reported."""
    assert found(tmp_path, name, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "\n---\nname: a\ndescription: b\n---\nBody\n",
        " ---\nname: a\ndescription: b\n---\nBody\n",
        "<!-- ours -->\n---\nname: a\ndescription: b\n---\nBody\n",
        "---\rname: a\rdescription: b\r---\rBody\r",
        "name: a\ndescription: b\n---\nBody\n",
        "--- agent\nname: a\ndescription: b\n---\nBody\n",
    ],
)
def test_keys_that_are_not_read_are_an_error(tmp_path: Path, text: str) -> None:
    """Keys that miss the first line are lost, whatever stands before them."""
    assert found(tmp_path, "a.md", text) == ["no-frontmatter"]


def test_an_agent_in_prose_is_a_warning(tmp_path: Path) -> None:
    """What speaks to an agent, and has no keys, is told of."""
    text = "# Commit Guardian\n\nYou are a careful reviewer.\n"
    assert found(tmp_path, "guardian.md", text) == ["agent-without-frontmatter"]
