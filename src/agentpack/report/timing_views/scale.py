"""From seconds to a place on a line, in percent of its length."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from agentpack.report.timing_views.figures import seconds

_FEWEST_DECADES = 1.5


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the line."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A line from `low_s` to `high_s`; both finite, `low_s` smaller, and positive if `log`."""

    low_s: float
    high_s: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of `value` in percent, no further than the ends."""
        if self.log:
            value = max(value, self.low_s)
            part = math.log(value / self.low_s) / math.log(self.high_s / self.low_s)
        else:
            part = (value - self.low_s) / (self.high_s - self.low_s)
        return round(100 * min(max(part, 0.0), 1.0), 3)

    def ticks(self) -> tuple[Tick, ...]:
        """Marks at round figures."""
        marks = _decades(self.low_s, self.high_s) if self.log else _steps(self.low_s, self.high_s)
        return tuple(Tick(self.at(mark), seconds(mark)) for mark in marks)


def from_zero(ends: Iterable[float]) -> Scale:
    """A line from the request's start to the last of `ends`."""
    high = max((end for end in ends if math.isfinite(end)), default=0.0)
    return Scale(0.0, high if high > 0 else 1e-6)


def around(values: Iterable[float]) -> Scale:
    """A line on which all `values` show: in decades, where they lie that far apart."""
    known = sorted(value for value in values if math.isfinite(value) and value > 0) or [1e-6]
    low, high = known[0], known[-1]
    if math.log10(high / low) >= _FEWEST_DECADES:
        return Scale(low / 1.3, high * 1.3, log=True)
    # Samples that are all alike get a line that does not blow up their noise.
    margin = max((high - low) * 0.08, high * 0.02)
    return Scale(max(0.0, low - margin), high + margin)


def _steps(low: float, high: float) -> list[float]:
    rough = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / 5))
    return [10.0**power for power in range(first, last + 1, every)]
