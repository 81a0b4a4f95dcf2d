"""An `isolation` that there is not.

Claude Code ignores it: the agent works on the same files as everybody. Seen in 2.1.197, 2.1.260
and 2.1.329; only the debug log says so.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    isolation: container
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    isolation: worktree
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import outside
from agentpack.lint.vocabulary import ISOLATIONS


@rule(Severity.ERROR, needs="key isolation")
def check(scene: Scene) -> Hits:
    yield from outside(scene.agents_with("isolation"), "isolation", ISOLATIONS)
