"""The keys of a frontmatter."""

from __future__ import annotations

from agentpack.document.scalars import Value
from agentpack.record import Record


class Entry(Record):
    """A value of the outermost mapping, and where its key begins, in characters."""

    value: Value
    place: int


class Keys(Record):
    """The keys of a text, and where those stand whose value a later one replaced."""

    entries: dict[str, Entry]
    repeated: list[tuple[str, int]]
