r"""Frontmatter that is YAML, but no keys with values.

Claude Code drops the agent, and loads a skill without keys. `name:api`, without a blank after
the colon, is a text to YAML.

Bad .claude/agents/api.md:
    ---
    name:api
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


@rule(Severity.ERROR, needs="loss not-a-mapping")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "not-a-mapping", "write lines of the form KEY: VALUE")
