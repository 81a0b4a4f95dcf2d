"""A `memory` that there is not.

Claude Code ignores it: the agent has no memory. Seen in 2.1.197, 2.1.260 and 2.1.329, also for
`memory: true`; only the debug log says so.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    memory: true
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    memory: project
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import outside
from agentpack.lint.vocabulary import MEMORIES


@rule(Severity.ERROR, needs="key memory")
def check(scene: Scene) -> Hits:
    yield from outside(scene.agents_with("memory"), "memory", MEMORIES)
