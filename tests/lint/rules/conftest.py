"""A tree from words, and what one rule finds in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.document import NEWEST
from agentpack.lint import rule
from agentpack.lint.look import look
from agentpack.lint.run import lint

Find = Callable[..., list[str]]
"""From a rule's id and the files of a tree to `PATH:LINE: message`, in order."""


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write files (a `+` before the path sets the run bit) and run one rule over them."""

    def found(rule_id: str, files: dict[str, str], client: str = NEWEST) -> list[str]:
        for path, text in files.items():
            file = tmp_path / path.removeprefix("+")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755 if path.startswith("+") else 0o644)
        findings = lint(look(tmp_path, client), [rule.load(rule_id)])
        return [f"{f.place.path}:{f.place.line}: {f.message}" for f in findings]

    return found


@pytest.fixture
def agent() -> Callable[[str, str], str]:
    """An agent called `a` with these lines in its frontmatter and this body."""

    def written(keys: str, body: str = "Work.") -> str:
        return f"---\nname: a\ndescription: Works. Use it.\n{keys}\n---\n{body}\n"

    return written


@pytest.fixture
def skill() -> Callable[[str, str], str]:
    """A skill with this body and these lines in its frontmatter."""

    def written(body: str, keys: str = "version: 1.0.0") -> str:
        return f"---\ndescription: How it is done. Use it.\n{keys}\n---\n{body}\n"

    return written


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
