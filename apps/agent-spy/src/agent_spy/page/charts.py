"""The plots of the statistics."""

from __future__ import annotations

from functools import partial

from agent_spy.page import figures
from agent_spy.page.plot import Plot, Values, draw
from agent_spy.repositories.activity import PERCENTS
from agent_spy.services.activity import Statistics

_STATUS = ("completed", "failed", "running")
_TYPES = 5
"""Types that have a colour of their own; the others share one."""
_WHOLE = 4
"""The least that a scale of counts shows: it has four intervals, and nothing comes in halves."""
_UNITS = (1, 1_000, 1_000_000, 60 * 1_000_000, 3600 * 1_000_000)
"""Microseconds of the units that durations are written in."""


def charts(found: Statistics) -> list[Plot]:
    """What is drawn of a span of time."""
    plot = partial(draw, start=found.start, step=found.step)
    nothing = [0] * found.parts
    traces = {name: found.traces_by_status.get(name, nothing) for name in _STATUS}
    latency: dict[str, Values] = {
        f"p{percent}": [part.get(percent) for part in found.latency] for percent in PERCENTS
    }
    plots = [
        plot("Traces", traces, figures.short, palette="status", unit=_WHOLE),
        plot("Latency of traces", latency, figures.brief, kind="lines", unit=_unit(found)),
        plot("Runs by type", _types(found), figures.short, unit=_WHOLE),
        plot(
            "Traces that failed",
            {"error rate": found.error_rate},
            figures.percent,
            kind="lines",
            unit=0.01,
        ),
        plot("Tokens", {"tokens": found.tokens}, figures.short, unit=_WHOLE),
    ]
    if any(found.cost):
        plots.append(plot("Cost", {"cost": found.cost}, figures.cost, unit=0.0001))
    return plots


def _types(found: Statistics) -> dict[str, Values]:
    ranked = sorted(found.runs_by_type.items(), key=lambda item: -sum(item[1]))
    shown: dict[str, Values] = dict(ranked[:_TYPES])
    if rest := [values for _, values in ranked[_TYPES:]]:
        shown["others"] = [sum(column) for column in zip(*rest, strict=True)]
    return shown or {"runs": [0] * found.parts}


def _unit(found: Statistics) -> int:
    highest = max((max(part.values(), default=0) for part in found.latency), default=0)
    return max((unit for unit in _UNITS if unit <= highest), default=1)
