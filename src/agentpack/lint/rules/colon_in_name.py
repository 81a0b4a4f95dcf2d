r"""An agent with a ':' in its name.

The client keeps `:` for agents of plugins, such as `plugin:agent`, and drops an agent that
writes one itself. 2.1.197 still loaded it; 2.1.260 and 2.1.329 do not.

Bad .claude/agents/api.md:
    ---
    name: "backend:api"
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: backend-api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, client=">=2.1.260", needs="loss colon-in-name")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "colon-in-name", "write '-' instead")
