"""The keys of a frontmatter."""

from __future__ import annotations

from dataclasses import dataclass

from agentpack.document.scalars import Value


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the outermost mapping, and where its key begins, in characters."""

    value: Value
    place: int


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a text, and where those stand whose value a later one replaced."""

    entries: dict[str, Entry]
    repeated: list[tuple[str, int]]
