"""What the client takes is not reported, and what it ignores is, as each was seen to do."""

from __future__ import annotations

import pytest

IGNORED = [
    ("unknown-permission-mode", "permissionMode: yolo"),
    ("unknown-permission-mode", "permissionMode: 3"),
    ("unknown-permission-mode", "permissionMode: [plan]"),
    ("unknown-memory", "memory: User"),
    ("unknown-memory", "memory: yes"),
    ("unknown-isolation", "isolation: true"),
    ("unknown-effort", "effort: auto"),
    ("unknown-effort", "effort: true"),
    ("bad-max-turns", "maxTurns: 1.5"),
    ("bad-max-turns", "maxTurns: many"),
    ("bad-max-turns", "maxTurns: -1"),
    ("bad-max-turns", "maxTurns: true"),
    ("bad-background", "background: 1"),
    ("unknown-colour", "color: Blue"),
    ("unknown-colour", 'color: "#ff0000"'),
    ("unknown-colour", "color: 3"),
    ("unknown-model", "model: gpt-4o"),
    ("unknown-model", "model: default"),
    ("unknown-model", "model: sonnet-4.5"),
    ("wrong-type", "model: [sonnet]"),
    ("wrong-type", "model: 4"),
    ("wrong-type", "disallowedTools: 5"),
    ("wrong-type", "skills: true"),
    ("wrong-type", "tools:\n  - Read: x\n  - Bash"),
    ("mcp-servers-shape", "mcpServers: 5"),
    ("mcp-servers-shape", "mcpServers:\n  - nope: {foo: bar}"),
    ("unknown-hook-event", "hooks:\n  pre_tool_use: []"),
    ("unknown-hook-event", "hooks:\n  BeforeTool: []"),
    ("ignored-hook", 'hooks:\n  PostToolUse: "true"'),
    ("ignored-hook", "hooks:\n  Stop:\n    - hooks: [{type: script, command: x}]"),
    ("ignored-hook", "hooks:\n  Stop:\n    - hooks: [{type: command}]"),
    ("misspelt-key", "MaxTurns: 3"),
    ("misspelt-key", "colour: red"),
    ("misspelt-key", "permission-mode: plan"),
    ("unknown-key", "prompt: x"),
    ("unknown-tool", "tools: Read, codebase, fetch, usages, problems"),
    ("retired-tool", "tools: Read, LS"),
]

TAKEN = [
    ("unknown-permission-mode", "permissionMode: plan"),
    ("unknown-permission-mode", "permissionMode:"),
    ("unknown-effort", "effort: High"),
    ("unknown-effort", "effort: 3"),
    ("bad-max-turns", 'maxTurns: "5"'),
    ("bad-max-turns", "maxTurns: 5.0"),
    ("bad-background", 'background: "true"'),
    ("unknown-model", "model: Sonnet"),
    ("unknown-model", 'model: "opus[1m]"'),
    ("unknown-model", "model: us.anthropic.claude-sonnet-4-5-v1:0"),
    ("unknown-model", "model: qwen/qwen3-coder"),
    ("wrong-type", "skills: one"),
    ("mcp-servers-shape", "mcpServers: [github]"),
    ("ignored-hook", "hooks:\n  Stop:\n    - hooks: [{type: command, command: x, foo: 1}]"),
    ("misspelt-key", "allowed-tools: Read"),
    ("misspelt-key", "author: me\ntags: [a]\nvibe: calm"),
    ("unknown-key", "version: 1.0\nauthor: me"),
    ("unknown-tool", "tools: Read, mcp__docs__search, Agent(helper, other), Bash(git *)"),
    ("unknown-tool", "tools: codebase, fetch"),
    ("retired-tool", "tools: Read"),
]


@pytest.mark.parametrize(("rule", "front"), IGNORED)
def test_what_the_client_ignores_is_told(found, rule: str, front: str) -> None:
    """A value that the client passes over is found, once."""
    assert len(found(rule, front)) == 1


@pytest.mark.parametrize(("rule", "front"), TAKEN)
def test_what_the_client_takes_is_not_told(found, rule: str, front: str) -> None:
    """A value that does what it says is no finding."""
    assert found(rule, front) == []


def test_many_unknown_tools_are_one_finding(found) -> None:
    """A list from another client is told of once, not tool by tool."""
    (message,) = found("unknown-tool", "tools: Read, codebase, fetch, usages, problems")
    assert message == "no such tool: 'codebase', 'fetch', 'usages' and 1 more"
