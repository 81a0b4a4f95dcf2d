"""An `autoCompactWindow` that is no whole number of at least 100,000.

Claude Code 2.1.329 ignores it, with a warning in its debug log.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    autoCompactWindow: 5000
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    autoCompactWindow: 200000
    ---
    Build endpoints.
"""

from typing import Any

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import unfit

_LEAST = 100_000


def _fits(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().isdigit() and int(value) >= _LEAST
    return isinstance(value, int) and not isinstance(value, bool) and value >= _LEAST


@rule(Severity.ERROR, client=">=2.1.329", needs="key autoCompactWindow")
def check(scene: Scene) -> Hits:
    yield from unfit(
        scene.agents_with("autoCompactWindow"),
        "autoCompactWindow",
        _fits,
        f"write a number from {_LEAST}",
    )
