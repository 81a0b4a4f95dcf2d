"""Calls that were timed from within stand for the looks that may have told a wrong line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agentpack.timing.why.stretch import Stretches, clip, seconds, union
from agentpack.timing.why.trace import Run, Stuck, Trace

_MOSTLY = 0.5


def exactly(trace: Trace | None, stuck: Iterable[Stuck]) -> tuple[Trace | None, tuple[Stuck, ...]]:
    """The same, without the looks that a timed call covers; one on the loop's thread blocks it."""
    timed = [run for run in trace.runs if run.exact] if trace else []
    if trace is None or not timed:
        return trace, tuple(stuck)
    covered = union((run.start, run.end) for run in timed)
    runs = tuple(run for run in trace.runs if run.exact or not _within(run, covered))
    blocked = tuple(Stuck(run.start, run.end, (run,)) for run in timed if run.mode == "loop")
    others = tuple(
        replace(one, runs=tuple(run for run in one.runs if not _within(run, covered)))
        for one in stuck
    )
    return replace(trace, runs=runs), others + blocked


def _within(run: Run, covered: Stretches) -> bool:
    return seconds(clip(covered, run.start, run.end)) > _MOSTLY * (run.end - run.start)
