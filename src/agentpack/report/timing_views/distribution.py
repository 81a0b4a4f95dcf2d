"""How an endpoint's totals lie: a dot a sample, or columns where there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentpack.report.terminal import count
from agentpack.report.timing_views.figures import percent, seconds
from agentpack.report.timing_views.scale import Scale, Tick, around
from agentpack.report.timing_views.verdicts import measured
from agentpack.timing.result import Endpoint
from agentpack.timing.sample import Sample

_PLACES = 60
"""Samples that fall into the same sixtieth of the line are stacked."""
_MOST_DOTS = 9
"""The highest stack of dots; above it they become columns."""
_WORTH_SHOWING = 3.0
"""The budget is put on the line where it is at most so many times the slowest sample."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The samples at one place of the line."""

    x: float
    """Percent, of the stack's middle."""
    good: int
    bad: int
    height: float
    """Of the highest stack, 0 to 1."""
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One run's samples."""

    label: str
    words: str
    stacks: tuple[Stack, ...]
    dots: bool
    median: float | None
    """Percent."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """The samples of now and of the baseline on one line."""

    strips: tuple[Strip, ...]
    ticks: tuple[Tick, ...]
    log: bool
    budget: float | None
    """Percent; `None` where it lies far off."""


def distribution(endpoint: Endpoint, earlier: Endpoint | None) -> Distribution | None:
    """The distribution of `endpoint`'s totals; `None` where there is no sample."""
    now, before = _timed(endpoint), _timed(earlier)
    if not now:
        return None
    totals = [sample.total_s for sample in (*now, *before)]
    budget = endpoint.budget_s
    near = 0 < budget <= max(totals) * _WORTH_SHOWING
    scale = around([*totals, budget] if near else totals)
    strips = [_strip("this run", endpoint, scale)]
    if earlier and before:
        strips.append(_strip("baseline", earlier, scale))
    return Distribution(tuple(strips), scale.ticks(), scale.log, scale.at(budget) if near else None)


def _timed(endpoint: Endpoint | None) -> tuple[Sample, ...]:
    """The samples that took any time: one that got no connection has no place on the line."""
    samples = endpoint.samples if endpoint else ()
    return tuple(sample for sample in samples if sample.total_s > 0)


def _strip(label: str, endpoint: Endpoint, scale: Scale) -> Strip:
    stacks = _stacks(_timed(endpoint), scale)
    number = len(endpoint.samples)
    failed = sum(1 for sample in endpoint.samples if sample.error)
    measured_total = measured(endpoint, endpoint.total)
    median = measured_total.median if measured_total else None
    words = count(number, "sample")
    if median is not None:
        words = f"median {seconds(median)} of {words}"
    if failed:
        words += ", all failed" if failed == number else f", {failed} failed"
    return Strip(
        label,
        words,
        stacks,
        dots=all(stack.good + stack.bad <= _MOST_DOTS for stack in stacks),
        median=None if median is None else scale.at(median),
    )


def _stacks(samples: Sequence[Sample], scale: Scale) -> tuple[Stack, ...]:
    places: dict[int, list[Sample]] = {}
    for sample in sorted(samples, key=lambda sample: sample.total_s):
        place = min(int(scale.at(sample.total_s) * _PLACES / 100), _PLACES - 1)
        places.setdefault(place, []).append(sample)
    most = max(map(len, places.values()))
    stacks = []
    for place, here in places.items():
        ends = seconds(here[0].total_s), seconds(here[-1].total_s)
        span = " to ".join(dict.fromkeys(ends))
        bad = sum(1 for sample in here if sample.error)
        stacks.append(
            Stack(
                x=round((place + 0.5) * 100 / _PLACES, 3),
                good=len(here) - bad,
                bad=bad,
                height=round(len(here) / most, 4),
                words=f"{span}: {len(here)} ({percent(len(here) / len(samples))})",
            )
        )
    return tuple(stacks)
