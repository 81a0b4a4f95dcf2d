"""A skill's name that the portable Agent Skills specification does not allow.

It asks for 1 to 64 lower-case letters, digits and single hyphens, none at either end, and for
the name of the skill's folder. Claude Code takes the folder's name whatever `name` says; other
programs go by `name`, or refuse the skill. Off unless asked for: part of the separate verdict.

Bad .claude/skills/api/SKILL.md:
    ---
    name: API--Skill
    description: Designs and tests endpoints. Use when a route is to be added.
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

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spec import LONGEST_NAME

_ALLOWED = lazy(r"[^\W_]+(?:-[^\W_]+)*")


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        if skill.document.problem:
            continue
        folder = skill.path.rpartition("/")[0].rpartition("/")[2]
        found = skill.document.fields.get("name")
        for message in _faults(found.value if found else None, folder):
            yield skill.at("name"), message, f"write: name: {folder}"


def _faults(value: Any, folder: str) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield "the specification asks for a name" if value is None else "the name is not text"
        return
    name = normalize("NFKC", value.strip())
    if len(name) > LONGEST_NAME:
        yield f"the name has {len(name)} characters, and {LONGEST_NAME} are allowed"
    if name != name.lower() or not _ALLOWED.fullmatch(name):
        yield f"{name!r} is not lower-case letters, digits and single hyphens"
    elif folder and name != normalize("NFKC", folder):
        yield f"the name {name!r} is not that of the folder {folder!r}"
