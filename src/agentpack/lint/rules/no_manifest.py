"""A folder among the skills that has no `SKILL.md`.

Claude Code passes over it. It is harmless if other skills share what it holds, and a lost skill
if not.

Bad .claude/skills/endpoints/README.md:
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, tree=True, needs="loss no-manifest")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "no-manifest", "name the skill's file SKILL.md")
