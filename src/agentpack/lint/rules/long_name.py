"""An agent whose name is longer than 256 characters.

Claude Code drops it, and says so only in its debug log; a plugin's agent is called by its
file's name instead. Seen in 2.1.329; 2.1.260 and before take any length.

Bad .claude/agents/api.md:
    ---
    name: >-
      the agent that builds endpoints
      ⋮ 8 times
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


@rule(Severity.ERROR, client=">=2.1.329", needs="loss long-name")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "long-name", "give it a short name")
