r"""A key that is written twice.

The last one counts to Claude Code, and the others are lost.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read
    tools: Read, Edit
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


@rule(Severity.ERROR, needs="loss repeated-key")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "repeated-key", "keep one of them")
