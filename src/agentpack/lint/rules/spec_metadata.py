"""A skill's metadata that is not a map of texts, as the portable specification has it.

A version such as `1.0` is a number unless it is quoted, and a list is no text. Claude Code
does not look at it. Off unless asked for: part of the separate verdict.

Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    metadata:
      version: 1.0
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    metadata:
      version: "1.0"
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        found = skill.document.fields.get("metadata")
        if found is None or skill.document.problem:
            continue
        if not isinstance(found.value, dict):
            yield skill.at("metadata"), "the metadata is not a map", "write keys below it"
            continue
        for key, value in found.value.items():
            if not isinstance(key, str) or not isinstance(value, str):
                yield (
                    skill.at("metadata"),
                    f"{key!r} in the metadata is not text",
                    "put it in quotes",
                )
