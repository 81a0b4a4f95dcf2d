"""Stretches of time: (start, end) pairs in seconds, sorted and apart from each other."""

from __future__ import annotations

from collections.abc import Iterable

Stretches = tuple[tuple[float, float], ...]


def union(parts: Iterable[tuple[float, float]], gap: float = 0.0) -> Stretches:
    """Join what overlaps, or is no further apart than `gap`."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(part for part in parts if part[1] > part[0]):
        if joined and start <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def clip(parts: Stretches, start: float, end: float) -> Stretches:
    """What lies between two moments."""
    return union((max(one, start), min(other, end)) for one, other in parts)


def without(parts: Stretches, others: Stretches) -> Stretches:
    """What of the first is not in the second."""
    left: list[tuple[float, float]] = []
    for part in parts:
        start, end = part
        for one, other in others:
            if other <= start or one >= end:
                continue
            if one > start:
                left.append((start, one))
            start = max(start, other)
        if start < end:
            left.append((start, end))
    return union(left)


def common(parts: Stretches, others: Stretches) -> Stretches:
    """What is in both."""
    return without(parts, without(parts, others))


def seconds(parts: Stretches) -> float:
    """How long they are together."""
    return sum(end - start for start, end in parts)
