"""Values of the frontmatter that the client passes over: what the rules about them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agentpack.lint.rule import Hits, did_you_mean
from agentpack.lint.scene import Scene
from agentpack.roster import Agent, Skill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def with_key(scene: Scene, key: str) -> tuple[Agent | Skill, ...]:
    """The agents and skills that have `key`, and whose frontmatter the client reads."""
    skills = (skill for skill in scene.skills_with(key) if skill.document.problem is None)
    return (*scene.agents_with(key), *skills)


def unfit(
    entries: Iterable[Agent | Skill], key: str, fits: Callable[[Any], bool], tip: str
) -> Hits:
    """A hit for each value of `key` that does not fit, and that the client ignores."""
    for entry in entries:
        found = entry.document.fields.get(key)
        if found is not None and found.value is not None and not fits(found.value):
            yield entry.at(key), f"{key} {told(found.value)} is ignored", tip


def outside(
    entries: Iterable[Agent | Skill], key: str, known: frozenset[str], *, in_any_case: bool = False
) -> Hits:
    """A hit for each value of `key` that is none of the `known`, and that the client ignores."""

    def fits(value: Any) -> bool:
        return isinstance(value, str) and (value.lower() if in_any_case else value) in known

    for place, message, *_ in unfit(entries, key, fits, ""):
        near = did_you_mean(message.split("'")[1].lower(), known) if "'" in message else ""
        yield place, message, near or f"write one of {', '.join(sorted(known))}"


def told(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else f"{value[:39]}…")  # noqa: PLR2004
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return "that is a list" if isinstance(value, list) else "that is a table of keys"
