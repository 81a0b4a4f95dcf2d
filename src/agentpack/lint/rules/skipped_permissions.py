"""A command that starts Claude Code without any permission check.

`claude --dangerously-skip-permissions` runs every command and edits every file unasked; an
agent or a skill that starts it so takes from its user the decision on that.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Start `claude --dangerously-skip-permissions -p "add the endpoint"`.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Start `claude -p "add the endpoint" --allowedTools Edit`. Never use
    `--dangerously-skip-permissions`.
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_FLAG = "--dangerously-skip-permissions"
_COMMAND = lazy(rf"\bclaude[ \t](?:[^\n`|]|\\\n){{0,200}}?{_FLAG}")
_WARNED = lazy(r"\b(?:never|not|avoid|disable|instead of|without)\b", re.IGNORECASE)


@rule(Severity.WARNING, needs=f"word {_FLAG}")
def check(scene: Scene) -> Hits:
    for page in scene.having(_FLAG):
        for match in _COMMAND.finditer(page.body):
            start = page.body.rfind("\n", 0, match.start()) + 1
            if not _WARNED.search(page.body, start, match.start()):
                tip = "name the tools that it needs with --allowedTools"
                yield page.place(match.start()), "starts Claude Code without permission checks", tip
