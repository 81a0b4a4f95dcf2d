"""An agent or a skill that is another one's file by another name.

Claude Code 2.1.197, 2.1.260 and 2.1.329 load a skill's file once, whatever links lead to it. The
other name does not exist to them.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
Bad .claude/skills/routes (link to endpoints):

Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="loss same-file")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "same-file", "copy it, or delete one")
