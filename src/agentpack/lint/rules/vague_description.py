"""A skill's description that says neither when to use it nor much of what it does.

Off unless asked for. The description is all that the model knows when it chooses a skill; the
Agent Skills specification wants it to say both, with the words that a task would have.

Bad .claude/skills/api/SKILL.md:
    ---
    description: Helps with APIs.
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    description: Designs and tests endpoints. Use when a route is to be added or is slow.
    ---
    # Endpoints
    Write the test first.
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_WHEN = lazy(
    r"\b(?:us(?:e|es|ed|ing|eful)|when(?:ever)?|if|before|after|while|during|for|triggers?|invoke)\b",
    re.IGNORECASE,
)
_ENOUGH = 60


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        text = skill.document.text("description") or ""
        if skill.listed and text.isascii() and len(text) < _ENOUGH and not _WHEN.search(text):
            message = f"the description does not say when to use {skill.name!r}"
            yield skill.at("description"), message, "add: Use when …"
