r"""An agent whose name begins with '-'.

Claude Code drops it, and says so only in its debug log.

Bad .claude/agents/api.md:
    ---
    name: -api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss name-begins-with-dash")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "name-begins-with-dash", "begin it with a letter")
