r"""A skill whose description is longer than what the model is shown.

Claude Code cuts it after 1,536 characters: what stands behind that, often when to use the
skill, is not seen by the model. An agent's description is not cut.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: >-
      How endpoints are built.
      How endpoints are tested before they are shown to anyone.
      ⋮ 30 times
    ---
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss description-cut")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "description-cut", "say it shorter, and the rest in the body")
