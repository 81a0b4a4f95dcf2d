"""Where a character of a whole file stands."""

from __future__ import annotations

from agentpack.finding import Place


def spot(path: str, text: str, offset: int) -> Place:
    """The line and column of a character of `text`, which is all of the file `path`."""
    start = text.rfind("\n", 0, offset) + 1
    return Place(path, text.count("\n", 0, offset) + 1, offset - start + 1)
