"""A trace's runs as a tree: of any depth and breadth, with cycles cut and orphans kept.

Nothing here recurses, and the JSON is written by hand level by level: JSON libraries give up at
a few hundred levels, agents do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Tree:
    """The runs of a trace that hang together."""

    root: Row[Any]
    children: dict[UUID, list[Row[Any]]]
    size: int
    depth: int


def grow(rows: Sequence[Row[Any]], root_id: UUID) -> Tree | None:
    """The tree below `root_id`; `None` where that run is not among `rows`.

    A run whose parent is not there, or that is its own ancestor, hangs below the root.
    """
    by_id = {row.id: row for row in rows}
    root = by_id.get(root_id)
    if root is None:
        return None
    children: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        if row.id != root_id:
            parent = row.parent_id if row.parent_id in by_id else root_id
            children.setdefault(parent, []).append(row)
    reached = {row.id for row, _ in _walk(root, children)}
    for row in rows:
        if row.id not in reached:
            # It is on a circle: cut it here, and all below it is reached.
            children[row.parent_id].remove(row)
            children.setdefault(root_id, []).append(row)
            reached.update(found.id for found, _ in _walk(row, children))
    depth = max(level for _, level in _walk(root, children))
    return Tree(root, children, len(rows), depth)


def _walk(
    root: Row[Any], children: dict[UUID, list[Row[Any]]]
) -> Iterator[tuple[Row[Any], int]]:
    """Each run with its level, from 1; a run is met once."""
    stack = [(root, 1)]
    met = {root.id}
    while stack:
        row, level = stack.pop()
        yield row, level
        for child in reversed(children.get(row.id, ())):
            if child.id not in met:
                met.add(child.id)
                stack.append((child, level + 1))


def write(tree: Tree, node: Callable[[Row[Any]], bytes]) -> bytes:
    """The tree as nested JSON; `node` gives a run's own object, which gets its `children`."""
    out: list[bytes] = []
    ends: list[bytes] = []
    last = 0
    first = True
    for row, level in _walk(tree.root, tree.children):
        while last >= level:
            out.append(ends.pop())
            last -= 1
            first = False
        if not first:
            out.append(b",")
        out += (node(row)[:-1], b',"children":[')
        ends.append(b"]}")
        last = level
        first = True
    out += reversed(ends)
    return b"".join(out)
