"""A `background` that is neither `true` nor `false`.

Claude Code ignores it: the agent runs as if it was not there. Seen in 2.1.197, 2.1.260 and
2.1.329, also for `yes` and `1`; only the debug log says so.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    background: yes
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    background: true
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import unfit


def _fits(value: object) -> bool:
    return isinstance(value, bool) or value in ("true", "false")


@rule(Severity.ERROR, needs="key background")
def check(scene: Scene) -> Hits:
    yield from unfit(scene.agents_with("background"), "background", _fits, "write true or false")
