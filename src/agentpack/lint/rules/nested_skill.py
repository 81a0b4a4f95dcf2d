r"""A skill one folder too deep.

Claude Code reads `skills/NAME/SKILL.md` and looks no deeper: the skill does not exist to it.
In a catalogue, whose skills are copied to their place, folders of folders are no fault.

Bad .claude/skills/http/endpoints/SKILL.md:
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


@rule(Severity.ERROR, tree=True, needs="loss nested-skill")
def check(scene: Scene) -> Hits:
    for hit in lost(scene, "nested-skill", "move its folder up"):
        if scene.is_read(hit[0].path):
            yield hit
