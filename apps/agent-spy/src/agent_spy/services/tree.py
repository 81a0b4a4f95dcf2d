"""A trace's runs as a tree: of any depth and breadth, with cycles cut and orphans kept.

Nothing here recurses, and the JSON is written by hand, run by run: JSON libraries give up at a
few hundred levels, agents do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent_spy.repositories.runs import Node


@dataclass(frozen=True, slots=True)
class Tree:
    """Every run that was given, each once with its level, parents before their children."""

    order: Sequence[tuple[Node, int]]

    @property
    def depth(self) -> int:
        """The deepest level; the root's is 1."""
        return max(level for _, level in self.order)


def grow(nodes: Sequence[Node], root_id: bytes) -> Tree | None:
    """The tree below `root_id`; `None` where that run is not among `nodes`.

    A run whose parent is not there, or that is its own ancestor, hangs below the root.
    """
    by_id = {node.id: node for node in nodes}
    root = by_id.get(root_id)
    if root is None:
        return None
    children: dict[bytes, list[Node]] = {}
    for node in nodes:
        if node.id != root_id:
            parent = node.parent_id
            if parent is None or parent not in by_id:
                parent = root_id
            children.setdefault(parent, []).append(node)
    met: set[bytes] = set()
    order: list[tuple[Node, int]] = []
    _walk(root, 1, children, met, order)
    if len(met) < len(by_id):
        for node in nodes:
            if node.id not in met:
                # It is on a circle: cut it here, and all that hangs from it is reached.
                _walk(node, 2, children, met, order)
    return Tree(order)


def _walk(
    top: Node,
    level: int,
    children: dict[bytes, list[Node]],
    met: set[bytes],
    order: list[tuple[Node, int]],
) -> None:
    """Put what hangs from `top` behind what is in `order` already."""
    stack = [(top, level)]
    while stack:
        step = stack.pop()
        node, level = step
        if node.id in met:
            continue
        met.add(node.id)
        order.append(step)
        below = children.get(node.id)
        if below:
            stack += [(child, level + 1) for child in reversed(below)]


def write(tree: Tree, opened: Callable[[Node], str]) -> bytes:
    """The tree as nested JSON; `opened` gives a run's object without its closing brace."""
    out: list[str] = []
    before = 0
    for node, level in tree.order:
        if level <= before:
            out.append("]}" * (before - level + 1) + ",")
        out += (opened(node), ',"children":[')
        before = level
    out.append("]}" * before)
    return "".join(out).encode()
