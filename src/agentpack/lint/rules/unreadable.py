"""An agent or a skill that cannot be read.

Claude Code passes over it: what it holds does not exist to the model.

Bad .claude/skills/endpoints/SKILL.md (link to SKILL.md):

Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss unreadable")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "unreadable", "make it readable")
