"""A body that still has a template's placeholders, such as `[TODO: what the skill does]`.

The model reads them as instructions, and there are none where they stand.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    [TODO: 1-2 sentences explaining what this skill enables]
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    Write the test first. Leave `[TODO: reason]` where one is to be mended later.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import places

_MARK = "[TODO:"


@rule(Severity.WARNING, needs="word [TODO:")
def check(scene: Scene) -> Hits:
    for page in scene.having(_MARK):
        body = page.body
        if page.kind == "reference":
            continue
        for place in places(body, _MARK):
            line = body[body.rfind("\n", 0, place) + 1 : place]
            if "`" not in line and page.prose[place] == "[":
                yield page.place(place), "a placeholder stands here still", "write what it asks for"
