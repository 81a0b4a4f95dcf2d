r"""A skill that is a file beside the skills' folders.

Claude Code reads `skills/NAME/SKILL.md` and passes over files that lie in `skills` itself.

Bad .claude/skills/endpoints.md:
    ---
    description: How endpoints are built
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


@rule(Severity.ERROR, tree=True, needs="loss flat-skill")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "flat-skill", "make it NAME/SKILL.md")
