r"""A skill whose file is not named `SKILL.md` in just this spelling.

Claude Code does not see it, where the disk tells small letters from capitals.

Bad .claude/skills/endpoints/skill.md:
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


@rule(Severity.ERROR, tree=True, needs="loss wrong-case-manifest")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "wrong-case-manifest", "rename it to SKILL.md")
