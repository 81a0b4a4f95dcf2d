"""What the server did on one request, for the waterfall."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from agentpack.timing.result import Span
from agentpack.timing.why.claim import clipped
from agentpack.timing.why.trace import Observed, Trace

_MOST = 60
_SHORTEST = 0.002
_NAMES = {"background_task": "background task", "threadpool": "wait for a thread"}
_WAITS = {
    "pool": "wait for a connection",
    "connect": "open a connection",
    "threadpool": "wait for a thread",
    "lock": "wait for a lock",
}


def spans(observed: Observed) -> tuple[Span, ...]:
    """The stretches of the server's work, in the order of their start; the smallest left out."""
    trace = observed.trace
    if trace is None:
        return ()
    rows = [*_rows(trace)]
    end = max(trace.end, trace.answered, observed.end)
    rows.append(("server", trace.start, end, 0))
    if trace.start - observed.start > _SHORTEST * observed.seconds:
        rows.append(("queue", observed.start, trace.start, 0))
    least = _SHORTEST * observed.seconds
    rows = [row for row in rows if row[2] - row[1] >= least]
    longest = sorted(rows, key=lambda row: row[1] - row[2])[:_MOST]
    return tuple(
        Span(name, max(0.0, start - observed.sent), finish - start, depth)
        for name, start, finish, depth in sorted(longest, key=lambda row: (row[1], row[3]))
    )


def _rows(trace: Trace) -> Iterator[tuple[str, float, float, int]]:
    for part in trace.parts:
        name = part.name.replace("_", " ")
        if part.place is not None and part.name != "endpoint":
            name += f" {part.place.function}"
        yield name, part.start, part.end, 2 if part.name == "dependency" else 1
    for query in trace.queries:
        yield f"SQL {clipped(query.text, 60)}", query.start, query.end + query.read_s, 3
    for call in trace.calls:
        yield f"{call.method} {call.host}{call.path}", call.start, call.end, 3
    for wait in trace.waits:
        yield _WAITS.get(wait.kind, wait.kind), wait.start, wait.end, 3
    for run in trace.runs:
        if run.place is not None and run.waits == "" and run.mode != "await":
            where = f"{PurePath(run.place.file).name}:{run.place.line}"
            yield f"{run.place.function} {where}", run.start, run.end, 3
