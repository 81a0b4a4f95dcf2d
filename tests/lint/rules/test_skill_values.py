"""Values of skills, by client where clients differ."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("rule", "front"),
    [
        ("bad-flag", "disable-model-invocation: maybe"),
        ("bad-flag", "disable-model-invocation: [true]"),
        ("unknown-context", "context: Fork"),
        ("unknown-context", "context: true"),
        ("missing-fork-agent", "context: fork\nagent: nobody"),
        ("agent-without-fork", "agent: Explore"),
        ("unknown-shell", "shell: fish"),
        ("unknown-effort", "effort: huge"),
        ("wrong-type", "paths: true"),
        ("wrong-type", "allowed-tools: {Bash: true}"),
        ("misspelt-key", "allowed_tools: Read"),
        ("misspelt-key", "user_invocable: false"),
        ("ignored-hook", "hooks: []"),
        ("ignored-hook", "hooks:\n  PreToolUse: {a: b}"),
        ("unknown-hook-event", "hooks:\n  BeforeTool: []"),
        ("wrong-case-tool", "allowed-tools: Read, bash(git *)"),
        ("tools-in-skill", "tools: Read, Bash"),
    ],
)
def test_what_the_client_ignores_is_told(found_in_skill, rule: str, front: str) -> None:
    """A value that the client passes over is found, once."""
    assert len(found_in_skill(rule, front)) == 1


@pytest.mark.parametrize(
    ("rule", "front"),
    [
        ("bad-flag", "user-invocable: no"),
        ("bad-flag", "disable-model-invocation: yes"),
        ("unknown-context", "context: inline"),
        ("missing-fork-agent", "context: fork\nagent: general-purpose"),
        ("missing-fork-agent", "context: fork\nagent: other:helper"),
        ("agent-without-fork", "context: fork\nagent: Explore"),
        ("misspelt-key", "origin: x\ndescription-zh: x\nsource: y\ncategory: z"),
        ("unknown-key", "anything: x"),
        ("wrong-case-tool", "allowed-tools: Read, Bash(git *), mcp__docs__search"),
        ("tools-in-skill", "tools: [claude, cursor]"),
    ],
)
def test_what_the_client_takes_is_not_told(found_in_skill, rule: str, front: str) -> None:
    """A value that does what it says is no finding."""
    assert found_in_skill(rule, front) == []


def test_yes_is_false_to_an_old_client(found_in_skill) -> None:
    """2.1.197 takes `yes` for false; 2.1.260 takes it for true."""
    front = "user-invocable: yes"
    assert found_in_skill("bad-flag", front, client="2.1.197")
    assert not found_in_skill("bad-flag", front, client="2.1.260")


def test_an_event_is_known_from_a_client_on(found) -> None:
    """2.1.197 does not know `PreModelSwitch`; 2.1.260 does."""
    front = "hooks:\n  PreModelSwitch: []"
    assert found("unknown-hook-event", front, client="2.1.197")
    assert not found("unknown-hook-event", front, client="2.1.260")
