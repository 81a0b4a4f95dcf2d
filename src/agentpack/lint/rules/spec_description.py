"""A skill's description that the portable Agent Skills specification does not allow.

It asks for text of 1 to 1,024 characters. Claude Code shows up to 1,536, and the body's first
line where there is none; other programs refuse the skill. Off unless asked for: part of the
separate verdict.

Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spec import LONGEST_DESCRIPTION


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        found = skill.document.fields.get("description")
        if skill.document.problem:
            continue
        if found is None or found.value in (None, ""):
            yield skill.at("description"), "the specification asks for a description", TIP
        elif not isinstance(found.value, str) or not found.value.strip():
            yield skill.at("description"), "the description is not text", TIP
        elif len(found.value) > LONGEST_DESCRIPTION:
            message = (
                f"the description has {len(found.value):,} of {LONGEST_DESCRIPTION:,} characters"
            )
            yield skill.at("description"), message, "shorten it"


TIP = "say what it does, and when to use it"
