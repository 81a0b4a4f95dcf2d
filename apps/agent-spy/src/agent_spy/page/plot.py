"""Plots as figures of numbers: where each bar, line and label stands. Templates draw them.

One unit is about a pixel; a plot is as wide as its place and keeps its proportions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

WIDTH, HEIGHT = 420, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 8, 8, 20
_INNER_WIDTH = WIDTH - _LEFT - _RIGHT
_INNER_HEIGHT = HEIGHT - _TOP - _BOTTOM
_NICE = (1, 2, 4, 6, 8, 10)
_INTERVALS = 4
_LABELS = 4
_GAP = 0.15
"""The part of a bar's place that stays free."""
Kind = Literal["bars", "lines"]
Palette = Literal["plain", "status"]
"""Colours of any series, or those of what completed, failed and still runs."""
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a series."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Part:
    """One span of time: its place, for a pointer, and its row in the table."""

    x: float
    width: float
    start: int
    texts: Sequence[str]
    empty: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that a template draws."""

    title: str
    names: Sequence[str]
    bars: Sequence[Bar]
    lines: Sequence[tuple[int, Sequence[str]]]
    """For each series the points of its unbroken pieces."""
    grid: Sequence[tuple[float, str]]
    labels: Sequence[tuple[float, int]]
    """Where a moment stands, in microseconds since 1970."""
    parts: Sequence[Part]
    step: int
    palette: Palette

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return all(part.empty for part in self.parts)


def draw(
    title: str,
    series: Mapping[str, Values],
    written: Callable[[float], str],
    *,
    start: int,
    step: int,
    kind: Kind = "bars",
    palette: Palette = "plain",
    unit: float = 1,
) -> Plot:
    """Lay out series of equally many values, one for each `step` microseconds from `start`.

    The scale ends at a round number of `unit`s.
    """
    count = max((len(values) for values in series.values()), default=0) or 1
    columns = list(zip(*series.values(), strict=True)) or [()] * count
    highest = max((_height(column, kind) for column in columns), default=0)
    top = _nice(highest, unit)
    place = _INNER_WIDTH / count
    parts = [
        Part(
            x=round(_LEFT + number * place, 2),
            width=round(place, 2),
            start=start + number * step,
            texts=["–" if value is None else written(value) for value in column],
            empty=not any(column),
        )
        for number, column in enumerate(columns)
    ]
    values = list(series.values())
    return Plot(
        title=title,
        names=list(series),
        bars=_bars(columns, place, top) if kind == "bars" else (),
        lines=[(n, _pieces(line, place, top)) for n, line in enumerate(values)]
        if kind == "lines"
        else (),
        grid=[
            (round(_y(top * n / _INTERVALS, top), 2), written(top * n / _INTERVALS))
            for n in range(_INTERVALS + 1)
        ],
        labels=[
            (round(_LEFT + number * place, 2), start + number * step)
            for number in range(0, count, -(-count // _LABELS))
        ],
        parts=parts,
        step=step,
        palette=palette,
    )


def _height(column: Sequence[float | None], kind: Kind) -> float:
    known = [value for value in column if value is not None]
    return sum(known) if kind == "bars" else max(known, default=0)


def _nice(highest: float, unit: float) -> float:
    """A round number of units that is no less."""
    if highest <= 0:
        return unit
    power = 10.0 ** math.floor(math.log10(highest / unit))
    return next(unit * power * nice for nice in _NICE if unit * power * nice >= highest * 0.999)


def _y(value: float, top: float) -> float:
    return _TOP + _INNER_HEIGHT * (1 - value / top)


def _bars(columns: Sequence[Sequence[float | None]], place: float, top: float) -> list[Bar]:
    found = []
    for number, column in enumerate(columns):
        below = 0.0
        for series, value in enumerate(column):
            if not value:
                continue
            upper, lower = _y(below + value, top), _y(below, top)
            x, width = _LEFT + place * (number + _GAP / 2), place * (1 - _GAP)
            height = max(lower - upper, 1)
            found.append(
                Bar(
                    series, round(x, 2), round(lower - height, 2), round(width, 2), round(height, 2)
                )
            )
            below += value
    return found


def _pieces(values: Values, place: float, top: float) -> list[str]:
    """The points of a line, anew after each gap."""
    pieces: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            x = _LEFT + place * (number + 0.5)
            pieces[-1].append(f"{x:.2f},{_y(value, top):.2f}")
    return [" ".join(piece) for piece in pieces if piece]
