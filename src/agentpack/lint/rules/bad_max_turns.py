"""A `maxTurns` that is no positive whole number.

Claude Code ignores it: the agent has no limit of its own. Seen in 2.1.197, 2.1.260 and 2.1.329;
only the debug log says so.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    maxTurns: 0
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    maxTurns: 20
    ---
    Build endpoints.
"""

from typing import Any

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import unfit


def _fits(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().isdigit() and int(value) > 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value > 0 and value == int(value)


@rule(Severity.ERROR, needs="key maxTurns")
def check(scene: Scene) -> Hits:
    yield from unfit(
        scene.agents_with("maxTurns"), "maxTurns", _fits, "write a whole number from 1"
    )
