from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.document import NEWEST
from agentpack.lint import rule
from agentpack.lint.look import look
from agentpack.lint.run import lint

Found = Callable[..., list[str]]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Writes an agent or a skill with these further keys; says what one rule finds in it."""

    def find(rule_id: str, front: str, *, client: str = NEWEST, file: str = "agents/a.md"):
        path = tmp_path / ".claude" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\nname: a\ndescription: Does it. Use it.\n{front}\n---\nDo it.\n")
        return [one.message for one in lint(look(tmp_path, client), [rule.load(rule_id)])]

    return find


@pytest.fixture
def found_in_skill(found: Found) -> Found:
    """The same of a skill."""

    def find(rule_id: str, front: str, *, client: str = NEWEST):
        return found(rule_id, front, client=client, file="skills/a/SKILL.md")

    return find
