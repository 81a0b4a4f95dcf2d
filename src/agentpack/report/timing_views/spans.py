"""The server's spans in rows: spans of one name below one parent share a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentpack.timing.result import Span


@dataclass(frozen=True, slots=True)
class Row:
    """All spans of one name at one place of the tree: 200 like queries are one row."""

    name: str
    depth: int
    stretches: tuple[tuple[float, float], ...]
    """Start and duration of each, in seconds."""

    @property
    def total_s(self) -> float:
        """What they take together."""
        return sum(duration for _, duration in self.stretches)


def rows(spans: Sequence[Span]) -> tuple[Row, ...]:
    """The spans' rows: parents before their children, and those in the order of their start."""
    groups: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    trail: list[str] = []
    for span in sorted(spans, key=lambda span: (span.start_s, span.depth)):
        depth = min(max(span.depth, 0), len(trail))
        trail = [*trail[:depth], span.name]
        groups.setdefault(tuple(trail), []).append((span.start_s, span.duration_s))
    return tuple(
        Row(trail[-1], len(trail) - 1, tuple(groups[trail])) for trail in _tree(list(groups))
    )


def _tree(trails: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The trails depth first, so that a later call stands below the parent that it shares."""
    places = {trail: number for number, trail in enumerate(trails)}

    def place(trail: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(places.get(trail[: end + 1], 0) for end in range(len(trail)))

    return sorted(trails, key=place)
