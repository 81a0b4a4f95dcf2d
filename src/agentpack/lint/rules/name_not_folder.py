"""A skill whose `name` is not the name of its folder.

To Claude Code a skill is its folder, and it can be called by either name; 2.1.329 shows the
other one in brackets, 2.1.197 and 2.1.260 do not show it. Other clients insist on one name.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    name: fastapi-endpoints
    description: How endpoints are built
    ---
    # Endpoints
Good .claude/skills/fastapi-endpoints/SKILL.md:
    ---
    name: fastapi-endpoints
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        name = None if skill.document.problem else skill.document.text("name")
        folder = skill.path.rpartition("/")[0].rpartition("/")[2]
        if name and folder and name != folder:
            yield skill.at("name"), f"named {name!r}, in a folder {folder!r}", "give both one name"
