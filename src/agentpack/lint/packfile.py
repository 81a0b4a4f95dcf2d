"""`pack.toml`, the list of what a pack holds, as rules look at it."""

from __future__ import annotations

import re

from agentpack.finding import Place
from agentpack.lint.scene import Scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PATH = "pack.toml"
PARTS = ("agents", "skills")


def read(scene: Scene) -> dict[str, Any]:
    """Its table; empty where there is none, or none that can be read."""
    text = scene.texts.get(PATH)
    if text is None:
        return {}
    import tomllib  # noqa: PLC0415 - seldom needed

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def table(value: Any) -> dict[str, Any]:
    """`value` where it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def at(scene: Scene, *words: str) -> Place:
    """The first line that has all of `words`, or those of them from the left that are found."""
    lines = scene.texts.get(PATH, "").split("\n")
    start = 0
    for word in words:
        pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        start = next((n for n in range(start, len(lines)) if pattern.search(lines[n])), start)
    return Place(PATH, start + 1)
