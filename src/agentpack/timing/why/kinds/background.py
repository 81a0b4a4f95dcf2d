"""Background tasks: they hold the answer's connection, keep the loop, or outlast the request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentpack.timing.why.claim import ASYNC, Claim, hottest, milliseconds, window
from agentpack.timing.why.stretch import common, seconds, union, without
from agentpack.timing.why.trace import Observed, Part, Place, Run

_LONG_S = 0.2
_TIMES = 2
_MEND = (
    "Hand the work to a queue with a worker of its own; a task that blocks must at least be a "
    "plain `def`."
)


def claims(observed: Observed) -> Iterator[Claim]:
    """What of the request's own time went to background tasks, its own or an earlier one's."""
    trace = observed.trace
    stuck = [run for one in observed.stuck for run in one.runs if run.part == "background"]
    own = [part for part in trace.parts if part.name == "background_task"] if trace else []
    held = window(observed, ((part.start, part.end) for part in own))
    if trace is not None and observed.behind and trace.start > observed.start:
        # It was sent while an earlier request's task ran, and the server took it up late.
        late = ((observed.start, trace.start),)
        held = union([*held, *common(late, _spans(observed.behind))])
    held = union([*held, *window(observed, ((run.start, run.end) for run in stuck))])
    if not held:
        return
    yield Claim(
        "background-task",
        held,
        f"the client waited {milliseconds(seconds(held))} for background tasks"
        + (", which keep the event loop" if stuck else ""),
        _MEND,
        ASYNC,
        _place(stuck, [*own, *observed.behind]) or (trace.endpoint if trace else None),
    )


def after(observed: Observed) -> Claim | None:
    """Tasks that run much longer than the answer took, and keep its resources meanwhile."""
    trace = observed.trace
    if trace is None:
        return None
    own = [part for part in trace.parts if part.name == "background_task"]
    spent = without(union((part.start, part.end) for part in own), observed.lost)
    if seconds(spent) < max(_LONG_S, _TIMES * observed.seconds):
        return None
    return Claim(
        "background-task",
        spent,
        f"background tasks ran for {milliseconds(seconds(spent))} after an answer that took "
        f"{milliseconds(observed.seconds)}",
        _MEND,
        ASYNC,
        _place([run for run in trace.runs if run.part == "background"], own) or trace.endpoint,
    )


def _spans(parts: Sequence[Part]) -> tuple[tuple[float, float], ...]:
    return union((part.start, part.end) for part in parts)


def _place(runs: Sequence[Run], parts: Sequence[Part]) -> Place | None:
    lines = hottest(runs)
    if lines is not None and lines.place is not None:
        return lines.place
    return next((part.place for part in parts if part.place), None)
