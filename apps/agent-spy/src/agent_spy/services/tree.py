"""A trace's runs as a tree: of any depth and breadth, with cycles cut and orphans kept.

Nothing here recurses, and the JSON is written by hand, run by run: JSON libraries give up at a
few hundred levels, agents do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agent_spy.repositories.runs import Node

_Children: TypeAlias = Mapping[bytes | None, list[Node]]


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

    A run whose parent is not there hangs below the root, and so does one run of each circle.
    """
    ids = {node.id for node in nodes}
    root = None
    children: defaultdict[bytes | None, list[Node]] = defaultdict(list)
    for node in nodes:
        parent = node.parent_id
        if node.id == root_id:
            root = node
        else:
            children[parent if parent in ids else root_id].append(node)
    if root is None:
        return None
    order: list[tuple[Node, int]] = []
    _walk(root, 1, children, order)
    if len(order) < len(nodes):
        _cut_circles(nodes, children, order)
    return Tree(order)


def _walk(top: Node, level: int, children: _Children, order: list[tuple[Node, int]]) -> None:
    """Put `top` and what hangs from it behind what is in `order` already."""
    path: list[Iterator[Node]] = []
    here = iter([top])
    while True:
        for node in here:
            order.append((node, level))
            below = children.get(node.id)
            if below:
                path.append(here)
                here = iter(below)
                level += 1
                break
        else:
            if not path:
                return
            here = path.pop()
            level -= 1


def _cut_circles(nodes: Sequence[Node], children: _Children, order: list[tuple[Node, int]]) -> None:
    """Put the runs that hang from circles behind the others; each hangs from one."""
    met = {node.id for node, _ in order}
    by_id: dict[bytes | None, Node] = {node.id: node for node in nodes}
    for start in nodes:
        node, above = start, set[bytes]()
        while node.id not in met and node.id not in above:
            above.add(node.id)
            node = by_id[node.parent_id]
        if node.id in above:
            children[node.parent_id].remove(node)
            before = len(order)
            _walk(node, 2, children, order)
            met.update(found.id for found, _ in order[before:])


def write(tree: Tree, opened: Callable[[Node], str]) -> bytes:
    """The tree as nested JSON; `opened` gives a run's object without its closing brace."""
    out: list[str] = []
    before = 0
    for node, level in tree.order:
        text = opened(node)
        out.append(text if level > before else f"{']}' * (before - level + 1)},{text}")
        before = level
    out.append("]}" * before)
    return ',"children":['.join(out).encode()
