"""A trace's runs as a tree: of any depth and breadth, with cycles cut and orphans kept.

Nothing here recurses, and the JSON is written by hand, run by run: JSON libraries give up at a
few hundred levels, agents do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeAlias, TypeVar

from agent_spy.repositories.runs import NodeRow

N = TypeVar("N", bound=NodeRow)
_Children: TypeAlias = Mapping[bytes | None, list[N]]
_Order: TypeAlias = list[tuple[N, int]]
_id = itemgetter(0)
_parent_id = itemgetter(1)


@dataclass(frozen=True, slots=True)
class Tree(Generic[N]):
    """Every run that was given, each once with its level, parents before their children."""

    order: Sequence[tuple[N, int]]

    @property
    def depth(self) -> int:
        """The deepest level; the root's is 1."""
        return max(level for _, level in self.order)


def grow(nodes: Sequence[N], root_id: bytes) -> Tree[N] | None:
    """The tree below `root_id`; `None` where that run is not among `nodes`.

    A run whose parent is not there hangs below the root, and so does one run of each circle.
    """
    ids = list(map(_id, nodes))
    known = set(ids)
    root = None
    children: defaultdict[bytes | None, list[N]] = defaultdict(list)
    for node, identity, parent in zip(nodes, ids, map(_parent_id, nodes), strict=True):
        if identity == root_id:
            root = node
        else:
            children[parent if parent in known else root_id].append(node)
    if root is None:
        return None
    order: _Order[N] = []
    _walk(root, 1, children, order)
    if len(order) < len(nodes):
        _cut_circles(nodes, children, order)
    return Tree(order)


def _walk(top: N, level: int, children: _Children[N], order: _Order[N]) -> None:
    """Put `top` and what hangs from it behind what is in `order` already."""
    path: list[Iterator[N]] = []
    here = iter([top])
    while True:
        for node in here:
            order.append((node, level))
            below = children.get(node[0])
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


def _cut_circles(nodes: Sequence[N], children: _Children[N], order: _Order[N]) -> None:
    """Put the runs that hang from circles behind the others; each hangs from one."""
    met = {_id(node) for node, _ in order}
    by_id: dict[bytes | None, N] = dict(zip(map(_id, nodes), nodes, strict=True))
    for start in nodes:
        node, above = start, set[bytes]()
        while _id(node) not in met and _id(node) not in above:
            above.add(_id(node))
            node = by_id[_parent_id(node)]
        if _id(node) in above:
            children[_parent_id(node)].remove(node)
            before = len(order)
            _walk(node, 2, children, order)
            met.update(_id(found) for found, _ in order[before:])


def write(tree: Tree[N], opened: Callable[[N], str]) -> bytes:
    """The tree as nested JSON; `opened` gives a run's object without its closing brace."""
    out: list[str] = []
    before = 0
    for node, level in tree.order:
        text = opened(node)
        out.append(text if level > before else f"{']}' * (before - level + 1)},{text}")
        before = level
    out.append("]}" * before)
    return ',"children":['.join(out).encode()
