"""A skill's compatibility that the portable Agent Skills specification does not allow.

It asks for text of 1 to 500 characters, and only where the skill needs something of its
surroundings. Off unless asked for: part of the separate verdict.

Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    compatibility: [python, uv]
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    compatibility: Needs Python 3.11 or newer, and uv
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spec import LONGEST_COMPATIBILITY


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        found = skill.document.fields.get("compatibility")
        if found is None or skill.document.problem:
            continue
        if not isinstance(found.value, str) or not found.value.strip():
            yield skill.at("compatibility"), "the compatibility is not text", "write it in one line"
        elif len(found.value) > LONGEST_COMPATIBILITY:
            message = (
                f"the compatibility has {len(found.value)} of {LONGEST_COMPATIBILITY} characters"
            )
            yield skill.at("compatibility"), message, "shorten it"
