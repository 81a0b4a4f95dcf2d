"""How one text became another: Myers' line diff, with the choices that git makes.

A diff is seldom the only one; which of them is taken decides what a merge sees as one change.
So the choices here are git's: lines without a match are left out of the search, as are lines
with very many between such; the search goes from both ends and gives up on the shortest
script when that costs too much; and each run of changed lines is moved down as far as it goes,
or to where the other side changed too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agentpack.install.myers import script
from agentpack.install.settle import settle

_WINDOW = 100
_RUN = 4
_MANY = 1024
_MIN_COST = 256


@dataclass(frozen=True, slots=True)
class Hunk:
    """`old[start:end]` became `new[new_start:new_end]`."""

    start: int
    end: int
    new_start: int
    new_end: int


def split(text: bytes) -> list[bytes]:
    """The lines of `text` with their ends; only a line feed ends one."""
    lines = text.split(b"\n")
    rest = lines.pop()
    return [line + b"\n" for line in lines] + ([rest] if rest else [])


def diff(old: Sequence[bytes], new: Sequence[bytes]) -> list[Hunk]:
    """The hunks that lead from `old` to `new`, in order, at least one equal line apart."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    gone, come = [False] * len(old), [False] * len(new)
    old_ends, new_ends = (head, len(old) - tail), (head, len(new) - tail)
    left = _searched(old, new, old_ends, gone)
    right = _searched(new, old, new_ends, come)
    cost = max(_root(len(left) + len(right) + 3), _MIN_COST)
    removed, added = script([old[i] for i in left], [new[i] for i in right], cost)
    for at in removed:
        gone[left[at]] = True
    for at in added:
        come[right[at]] = True
    settle(old, gone, come)
    settle(new, come, gone)
    return _hunks(gone, come)


def _root(number: int) -> int:
    """About the square root, as a power of two."""
    root = 1
    while number > 0:
        root, number = root << 1, number >> 2
    return root


def _searched(
    here: Sequence[bytes], there: Sequence[bytes], ends: tuple[int, int], changed: list[bool]
) -> list[int]:
    """The lines of `here` that are worth looking for in `there`; the others have `changed`."""
    first, last = ends
    many = min(_root(len(here)), _MANY)
    counts = Counter(there)
    kinds = [
        0 if not counts[line] else 2 if counts[line] >= many else 1 for line in here[first:last]
    ]
    kept = []
    for at, kind in enumerate(kinds):
        if kind == 1 or (kind == 2 and not _lost(kinds, at)):  # noqa: PLR2004 - three kinds
            kept.append(first + at)
        else:
            changed[first + at] = True
    return kept


def _lost(kinds: list[int], at: int) -> bool:
    """Whether a line with very many matches stands among lines that have none."""
    alone = common = 0
    for steps in (range(at - 1, max(at - _WINDOW, 0) - 1, -1), range(at + 1, at + _WINDOW + 1)):
        alone_here, common_here = 0, 1
        for other in steps:
            kind = kinds[other] if other < len(kinds) else 1
            if kind == 1:
                break
            alone_here += kind == 0
            common_here += kind != 0
        if not alone_here:
            return False
        alone, common = alone + alone_here, common + common_here
    return common * _RUN < common + alone


def _hunks(gone: list[bool], come: list[bool]) -> list[Hunk]:
    hunks = []
    x = y = 0
    while x < len(gone) or y < len(come):
        start, new_start = x, y
        while x < len(gone) and gone[x]:
            x += 1
        while y < len(come) and come[y]:
            y += 1
        if (x, y) != (start, new_start):
            hunks.append(Hunk(start, x, new_start, y))
        x, y = x + 1, y + 1
    return hunks
