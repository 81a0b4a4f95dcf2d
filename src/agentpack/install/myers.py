"""Myers' search for a shortest edit script, in linear space and with an end to its patience."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FAR = 1 << 60


def script(
    old: Sequence[bytes], new: Sequence[bytes], patience: int
) -> tuple[list[int], list[int]]:
    """The lines of `old` to remove and those of `new` to add.

    Args:
        patience: how long a script to look for a shortest one; a longer one is good enough.
    """
    removed: list[int] = []
    added: list[int] = []
    boxes = [_Box(0, len(old), 0, len(new))]
    while boxes:
        box = boxes.pop().trimmed(old, new)
        if box.left == box.right or box.top == box.bottom:
            removed += range(box.left, box.right)
            added += range(box.top, box.bottom)
            continue
        x, y = _middle(box, old, new, patience)
        boxes += [_Box(x, box.right, y, box.bottom), _Box(box.left, x, box.top, y)]
    return removed, added


@dataclass(frozen=True, slots=True)
class _Box:
    """The lines `left` to `right` of the old text against `top` to `bottom` of the new."""

    left: int
    right: int
    top: int
    bottom: int

    def trimmed(self, old: Sequence[bytes], new: Sequence[bytes]) -> _Box:
        left, right, top, bottom = self.left, self.right, self.top, self.bottom
        while left < right and top < bottom and old[left] == new[top]:
            left, top = left + 1, top + 1
        while left < right and top < bottom and old[right - 1] == new[bottom - 1]:
            right, bottom = right - 1, bottom - 1
        return _Box(left, right, top, bottom)


class _Front:
    """How far paths of one cost get, on each diagonal `old - new`, from one end of a box."""

    def __init__(self, box: _Box, diagonal: int, start: int, outside: int) -> None:
        self.reach = {diagonal: start}
        self.low = self.high = diagonal
        self._least, self._most = box.left - box.bottom, box.right - box.top
        self._outside = outside

    def widen(self) -> Iterator[int]:
        """The diagonals of the next cost, the highest first."""
        if self.low > self._least:
            self.low -= 1
            self.reach[self.low - 1] = self._outside
        else:
            self.low += 1
        if self.high < self._most:
            self.high += 1
            self.reach[self.high + 1] = self._outside
        else:
            self.high -= 1
        return iter(range(self.high, self.low - 1, -2))


def _middle(
    box: _Box, old: Sequence[bytes], new: Sequence[bytes], patience: int
) -> tuple[int, int]:
    """A point of the box that a cheap path goes through."""
    start, goal = box.left - box.top, box.right - box.bottom
    ahead = _Front(box, start, box.left, -1)
    back = _Front(box, goal, box.right, _FAR)
    for _ in range(patience):
        met = _ahead(box, old, new, ahead, back if (start - goal) & 1 else None)
        if met is None:
            met = _back(box, old, new, back, None if (start - goal) & 1 else ahead)
        if met is not None:
            return met
    return _furthest(box, ahead, back)


def _ahead(
    box: _Box, old: Sequence[bytes], new: Sequence[bytes], front: _Front, other: _Front | None
) -> tuple[int, int] | None:
    """Go on from the upper left; where that meets the `other` front, or `None`."""
    reach, right, bottom = front.reach, box.right, box.bottom
    for k in front.widen():
        x = reach[k - 1] + 1 if reach[k - 1] >= reach[k + 1] else reach[k + 1]
        while x < right and x - k < bottom and old[x] == new[x - k]:
            x += 1
        reach[k] = x
        if other and other.low <= k <= other.high and other.reach[k] <= x:
            return x, x - k
    return None


def _back(
    box: _Box, old: Sequence[bytes], new: Sequence[bytes], front: _Front, other: _Front | None
) -> tuple[int, int] | None:
    """Go on from the lower right; where that meets the `other` front, or `None`."""
    reach, left, top = front.reach, box.left, box.top
    for k in front.widen():
        x = reach[k - 1] if reach[k - 1] < reach[k + 1] else reach[k + 1] - 1
        while x > left and x - k > top and old[x - 1] == new[x - k - 1]:
            x -= 1
        reach[k] = x
        if other and other.low <= k <= other.high and x <= other.reach[k]:
            return x, x - k
    return None


def _furthest(box: _Box, ahead: _Front, back: _Front) -> tuple[int, int]:
    """Where the better of the two searches got to, when a shortest script costs too much."""
    forward, ahead_at = -1, (box.left, box.top)
    for k in range(ahead.high, ahead.low - 1, -2):
        x = min(ahead.reach[k], box.right, box.bottom + k)
        if forward < x + x - k:
            forward, ahead_at = x + x - k, (x, x - k)
    backward, back_at = _FAR, (box.right, box.bottom)
    for k in range(back.high, back.low - 1, -2):
        x = max(back.reach[k], box.left, box.top + k)
        if x + x - k < backward:
            backward, back_at = x + x - k, (x, x - k)
    done, to_do = forward - box.left - box.top, box.right + box.bottom - backward
    return back_at if to_do < done else ahead_at
