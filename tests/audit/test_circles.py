"""Questions that lead back to themselves have an answer, and it is the same whoever asks first."""

from __future__ import annotations

from itertools import permutations

import pytest

from agentpack.audit.circles import Circles

GRAPHS = [
    {0: [1], 1: [0, 2], 2: ["x"]},
    {0: [1], 1: [2], 2: [0, 3], 3: ["x"]},
    {0: [0], 1: [0], 2: [1, "x"]},
    {0: [1, 2], 1: [2, 0], 2: [1, 0, 3], 3: ["x", 0]},
    {0: [1], 1: [0], 2: [0, 1]},
]


def reaches(graph, start: int) -> bool:
    """Whether an answer can be come by at all."""
    seen, pending = set(), [start]
    while pending:
        one = pending.pop()
        if one == "x":
            return True
        if one not in seen:
            seen.add(one)
            pending += graph[one]
    return False


@pytest.mark.parametrize("graph", GRAPHS, ids=range(len(GRAPHS)))
def test_what_is_told_does_not_depend_on_what_was_asked_first(graph) -> None:
    """In every order each question has the answer that can be reached from it."""
    for order in permutations(graph):
        circles = Circles()

        def ask(key, circles=circles):
            if key == "x":
                return "x"
            return circles.ask(key, lambda: next(filter(None, map(ask, graph[key])), ""))

        told = {key: bool(ask(key)) for key in order}
        assert told == {key: reaches(graph, key) for key in graph}, order
