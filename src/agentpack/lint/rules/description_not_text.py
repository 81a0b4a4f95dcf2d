r"""An agent whose description is not text.

Claude Code drops it. A list, a table of keys, a number or `true` is no description.

Bad .claude/agents/api.md:
    ---
    name: api
    description:
      - Builds endpoints
      - Use when one is to be added
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


@rule(Severity.ERROR, needs="loss description-not-text")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "description-not-text", "write it as one text")
