"""Trees of any shape: each run is written once, whatever its parent is said to be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_spy.repositories.runs import Node
from agent_spy.services.tree import grow, write

ROOT = b"root"


def node(name: bytes, parent: bytes | None) -> Node:
    return Node(name, parent, name.decode(), "chain", "completed", 1, 2)


def shape(nodes: list[Node]) -> list[tuple[bytes, int]]:
    tree = grow(nodes, ROOT)
    assert tree is not None
    return [(found.id, level) for found, level in tree.order]


def test_a_circle_is_cut_and_each_of_its_runs_is_kept_once():
    """Runs that are each other's parents hang below the root, once each."""
    nodes = [node(ROOT, None), node(b"a", b"b"), node(b"b", b"a"), node(b"c", b"b")]
    assert shape(nodes) == [(ROOT, 1), (b"a", 2), (b"b", 3), (b"c", 4)]


def test_what_hangs_from_a_circle_stays_there():
    """It comes before the circle, and still stands below its parent."""
    nodes = [node(ROOT, None), node(b"c", b"b"), node(b"a", b"b"), node(b"b", b"a")]
    assert shape(nodes) == [(ROOT, 1), (b"b", 2), (b"c", 3), (b"a", 3)]


@given(st.lists(st.integers(-1, 13), max_size=12))
def test_each_run_is_there_once_below_its_parent(parents):
    """Whatever the parents: only orphans and one run of each circle hang elsewhere."""
    names = [f"n{number}".encode() for number in range(14)]  # the last ones are not there
    nodes = [
        node(name, names[parent] if parent >= 0 else None)
        for name, parent in zip(names, parents, strict=False)
    ]
    found = shape([*nodes, node(ROOT, None)])
    assert sorted(name for name, _ in found) == sorted([ROOT, *(one.id for one in nodes)])
    above, path = {}, []
    for name, level in found:
        path[level - 1 :] = [name]
        above[name] = path[level - 2] if level > 1 else None
    there = {one.id for one in nodes}
    moved = [one for one in nodes if one.parent_id in there and above[one.id] != one.parent_id]
    assert len(moved) == len(circles({one.id: one.parent_id for one in nodes}))
    assert all(above[one.id] == ROOT for one in nodes if one.parent_id not in there)


def circles(parents):
    """The circles among `parents`, each as the set of its runs."""
    found = set()
    for name in parents:
        path = []
        while name in parents and name not in path:
            path.append(name)
            name = parents[name]  # noqa: PLW2901 - it is followed upwards
        if name in path:
            found.add(frozenset(path[path.index(name) :]))
    return found


def test_a_root_on_a_circle_ends():
    """A root that names its own child as parent is still the root."""
    assert shape([node(ROOT, b"a"), node(b"a", ROOT)]) == [(ROOT, 1), (b"a", 2)]


def test_an_orphan_hangs_below_the_root():
    """A run whose parent is not there is not lost."""
    assert shape([node(ROOT, None), node(b"a", b"gone")]) == [(ROOT, 1), (b"a", 2)]


def test_a_deep_tree_is_written_whole():
    """5,000 levels nest and close; no library's depth is in the way."""
    names = [ROOT, *(f"n{number}".encode() for number in range(4_999))]
    nodes = [node(name, parent) for name, parent in zip(names, [None, *names], strict=False)]
    tree = grow(nodes, ROOT)
    assert tree is not None
    assert tree.depth == 5_000
    text = write(tree, lambda found: f'{{"name":"{found.id.decode()}"')
    assert text.count(b"{") == text.count(b"}") == 5_000
    assert text.endswith(b"]}" * 5_000)


def test_brothers_stand_side_by_side():
    """A run's children are one list, in the order given."""
    tree = grow([node(ROOT, None), node(b"a", ROOT), node(b"b", ROOT)], ROOT)
    assert tree is not None
    text = write(tree, lambda found: f'{{"name":"{found.id.decode()}"')
    below = b'[{"name":"a","children":[]},{"name":"b","children":[]}]'
    assert text == b'{"name":"root","children":%s}' % below
