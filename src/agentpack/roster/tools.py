"""The tools that an agent names, as the client splits them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from agentpack.document import Field
from agentpack.roster.text import trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# A bracket keeps its commas and spaces together, and the first `)` ends it.
_NAME = re.compile(r"(?:\([^)]*\)?|[^, (])+")
EVERYTHING = "*"
_FOR_MEMORY = ("Write", "Edit", "Read")
_MEMORIES = ("user", "project", "local")


def named(value: Any) -> tuple[str, ...]:
    """The names in a value such as that of `tools` or `skills`.

    A list's parts are split as a text is; parts that are not text count for nothing.
    """
    if isinstance(value, str):
        return _split(value)
    parts = value if isinstance(value, list) else ()
    return tuple(name for part in parts if isinstance(part, str) for name in _split(part))


@lru_cache(maxsize=1024)
def _split(text: str) -> tuple[str, ...]:
    # Cached: in most trees a few lists of tools come again and again.
    return tuple(name for name in (trimmed(found) for found in _NAME.findall(text)) if name)


def allowed(fields: Mapping[str, Field]) -> tuple[str, ...] | None:
    """The tools an agent is given; None for all, which is not the same as naming none."""
    if "tools" not in fields:
        return None
    names = named(fields["tools"].value)
    if EVERYTHING in names:
        return None
    memory = fields.get("memory")
    if memory and memory.value in _MEMORIES:
        names += tuple(tool for tool in _FOR_MEMORY if tool not in names)
    return names


def disallowed(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The tools an agent is refused. To refuse `*` is to refuse nothing."""
    names = named(fields["disallowedTools"].value) if "disallowedTools" in fields else ()
    return () if EVERYTHING in names else names


def none_left(given: tuple[str, ...] | None, refused: tuple[str, ...]) -> bool:
    """Whether an agent starts without any tool.

    What is refused with a pattern in brackets is refused altogether when the agent starts.
    """
    if not refused or not given:
        return given == ()
    names = {tool.partition("(")[0] for tool in refused}
    return all(tool.partition("(")[0] in names for tool in given)


def told(left: tuple[str, ...] | None, refused: tuple[str, ...]) -> str:
    """The tools that are left, as the roster tells them to the model."""
    if left is None:
        return f"All tools except {', '.join(refused)}" if refused else "All tools"
    return ", ".join(left) or "None"
