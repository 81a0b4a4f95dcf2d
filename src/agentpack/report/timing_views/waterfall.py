"""A request as lanes of bars: its phases, and what the server did meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentpack.report.timing_views.figures import seconds
from agentpack.report.timing_views.phases import PHASES, phases
from agentpack.report.timing_views.scale import Scale, Tick, from_zero
from agentpack.report.timing_views.spans import Row, rows
from agentpack.timing.result import Span
from agentpack.timing.sample import Sample

_NARROWEST = 0.4
"""Percent; a bar that is narrower cannot be seen."""
_MOST_ROWS = 40
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar's place on its lane, in percent."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a waterfall."""

    kind: str
    """A phase's name, `server` or `chunks`."""
    label: str
    detail: str
    depth: int
    bars: tuple[Bar, ...]
    words: str
    """How long it took."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The lanes of one request on one line of time."""

    total: str
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    left_out: int = 0
    """Rows of spans that are not shown."""


def waterfall(sample: Sample, spans: Sequence[Span] = ()) -> Waterfall:
    """`sample`'s phases, with `spans` laid below the wait that they explain."""
    parts = phases(sample)
    scale = from_zero([sample.total_s, *(span.start_s + span.duration_s for span in spans)])
    found = rows(spans)
    server = [_row(row, scale) for row in found[:_MOST_ROWS]]
    lanes: list[Lane] = []
    for phase in parts:
        bars = _bars([(phase.start_s, phase.duration_s)], scale)
        words = seconds(phase.duration_s)
        lanes.append(Lane(phase.name, phase.name, PHASES[phase.name], 0, bars, words))
        if phase.name == "wait":
            lanes += server
            server = []
    lanes += server
    if sample.chunks_s:
        bars = _bars([(moment, 0.0) for moment in sample.chunks_s], scale)
        words = f"{len(sample.chunks_s)}×"
        lanes.append(Lane("chunks", "chunks", "when each piece of the body came", 0, bars, words))
    left_out = max(0, len(found) - _MOST_ROWS)
    return Waterfall(seconds(sample.total_s), tuple(lanes), scale.ticks(), left_out)


def _row(row: Row, scale: Scale) -> Lane:
    times = len(row.stretches)
    return Lane(
        kind="server",
        label=f"{times}× {row.name}" if times > 1 else row.name,
        detail=f"{row.name}: {times} times" if times > 1 else row.name,
        depth=min(row.depth + 1, _DEEPEST),
        bars=_bars(row.stretches, scale),
        words=seconds(row.total_s),
    )


def _bars(stretches: Iterable[tuple[float, float]], scale: Scale) -> tuple[Bar, ...]:
    """The bars of a lane; those between which no gap can be seen are one."""
    bars: list[tuple[float, float]] = []
    for start, duration in sorted(stretches):
        left, right = scale.at(start), scale.at(start + duration)
        right = max(right, left + _NARROWEST)
        if bars and left - bars[-1][1] < _NARROWEST / 4:
            bars[-1] = (bars[-1][0], max(right, bars[-1][1]))
        else:
            bars.append((left, right))
    return tuple(
        Bar(round(min(left, 100 - _NARROWEST), 3), round(right - left, 3)) for left, right in bars
    )
