"""Which commands of a preloaded skill keep its agent from starting."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("body", "keys", "number"),
    [
        ("Now: !`curl -V`", "", 1),
        ("```!\nnpm test\n```", "", 1),
        ("Use `` !`npm test` `` so", "", 1),
        ("Now: !`git status && npm test`", "", 1),
        ("Now: !`git status`", "", 0),
        ("Now: !`ls | head -3`", "", 0),
        ("Now: !`python3 --version`", "", 0),
        ("word!`curl -V`", "", 0),
        ("Now: !`curl -V`", "allowed-tools: Bash", 0),
        ("Now: !`curl -V`", "allowed-tools: Read, Bash(curl *)", 0),
        ("Now: !`curl -V`", "allowed-tools: Bash(git:*)", 1),
    ],
)
def test_commands(find, agent, skill, body, keys, number) -> None:
    """As they were played on the client: with and without a grant."""
    files = {
        ".claude/agents/a.md": agent("skills: [s]"),
        ".claude/skills/s/SKILL.md": skill(body, keys or "version: 1.0.0"),
    }
    assert len(find("preload-needs-permission", files)) == number


def test_a_skill_that_nobody_preloads_may_ask(find, skill) -> None:
    """Who calls such a skill is asked, or told why not."""
    files = {".claude/skills/s/SKILL.md": skill("Now: !`curl -V`")}
    assert find("preload-needs-permission", files) == []
