"""A file too large to be an agent or a skill.

Nothing of more than 64 MB is read here, and no model could take it in.

Bad .claude/agents/api.md (of 65 MB):

Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="loss too-large")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "too-large", "keep what the model needs")
