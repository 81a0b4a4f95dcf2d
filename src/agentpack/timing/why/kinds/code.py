"""The project's own code: computing, dependencies and middleware, and waits of no known kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agentpack.timing.why.claim import (
    ASYNC,
    BOTTLENECK,
    Claim,
    hottest,
    milliseconds,
    module_of,
    window,
)
from agentpack.timing.why.kinds.blocked import starts
from agentpack.timing.why.stretch import Stretches, clip, seconds, union
from agentpack.timing.why.trace import Observed, Place, Run

_COMPUTES = 0.35
_WAITS = {
    "event": "waits for an event",
    "thread": "waits for another thread",
    "queue": "waits for a queue",
    "program": "waits for another program",
}


def computing(observed: Observed, taken: Stretches) -> Iterator[Claim]:
    """Python that computes, in a thread or on the loop; what `taken` explains is left out."""
    runs = [
        run
        for run in (observed.trace.runs if observed.trace else ())
        if run.mode != "await"
        and not run.waits
        and run.part != "serialization"
        and not starts(run)
        and not any(start <= run.start and run.end <= end for start, end in taken)
    ]
    busy = [
        run
        for functions in _by_function(runs).values()
        if _computes(functions)
        for run in functions
    ]
    lines = hottest(busy)
    if lines is None:
        return
    stretches = window(observed, union(((run.start, run.end) for run in busy), gap=0.005))
    # What was timed from within and seen from without is told twice.
    used = min(sum(run.cpu_s for run in busy), seconds(stretches))
    place = lines.place or (observed.trace.endpoint if observed.trace else None)
    calling = f", most of it in {module_of(lines.run.callee)}" if lines.run.callee else ""
    yield Claim(
        "cpu",
        stretches,
        f"{_named(place)} computed for {milliseconds(seconds(stretches))}"
        f" ({milliseconds(used)} of processor time){calling}",
        "Let the database do it, use a better algorithm, or move it to a process pool or a worker: "
        "threads share the interpreter's lock.",
        ASYNC,
        place,
        computes=True,
        within=frozenset({"event-loop-blocked"}),
    )


def dependencies(observed: Observed) -> Iterator[Claim]:
    """One claim for each dependency, and for each middleware that waits by itself."""
    trace = observed.trace
    if trace is None:
        return
    found: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    runs: dict[tuple[str, str, str], list[Run]] = defaultdict(list)
    places: dict[tuple[str, str, str], Place] = {}
    for part in trace.parts:
        if part.name == "dependency" and part.place is not None:
            key = ("dependency", part.place.file, part.place.function)
            found[key].append((part.start, part.end))
            places[key] = part.place
    for run in trace.runs:
        told = {"": "middleware", "dependency": "dependency"}.get(run.part)
        if told is None or run.owner is None or run.place is None:
            continue
        if not run.part and (run.mode == "thread" or not trace.parts):
            # A thread of the endpoint's, or a framework whose parts are not known.
            continue
        key = (told, run.owner.file, run.owner.function)
        found[key].append((run.start, run.end))
        runs[key].append(run)
        places.setdefault(key, run.owner)
    for key, stretches in found.items():
        lines = hottest(runs[key])
        spent = window(observed, stretches)
        yield Claim(
            "slow-dependency",
            spent,
            f"{key[0]} `{key[2]}` took {milliseconds(seconds(spent))}",
            "Do less in it for each request: cache what it finds, make it once in the lifespan, "
            "or let only the endpoints that need it depend on it.",
            BOTTLENECK,
            lines.place if lines else places[key],
        )


def unknown(observed: Observed, left: Stretches) -> Claim:
    """What nothing else explains: the line that waited longest, or where the request was."""
    trace = observed.trace
    if trace is None:
        return Claim(
            "unknown",
            left,
            "the application's process told nothing of this request",
            "Let its Python read PYTHONPATH (no -I, no -E), and serve it with an ASGI server.",
            BOTTLENECK,
            least=0.3,
        )
    runs = [
        run
        for run in trace.runs
        if seconds(clip(left, run.start, run.end)) > 0.5 * (run.end - run.start)
    ]
    lines = hottest(runs)
    place = lines.place if lines else None
    if lines is not None and place is not None:
        run = lines.run
        what = _WAITS.get(run.waits) or (
            f"waits in {module_of(run.callee)}" if run.callee else "waits"
        )
        detail = f"`{place.function}` {what} for {milliseconds(lines.wall_s)}"
    else:
        queued = seconds(clip(left, observed.start, trace.start))
        place = trace.endpoint
        detail = f"{milliseconds(seconds(left))} that no line of the project accounts for"
        if queued > seconds(left) / 2:
            place = None
            detail = f"waited {milliseconds(queued)} before the server took it up"
    return Claim(
        "unknown",
        left,
        detail,
        "Look at what that line waits for: do it at the same time as other waits, after the "
        "answer, or not at all.",
        BOTTLENECK,
        place,
        least=0.3,
    )


def _by_function(runs: list[Run]) -> dict[tuple[str, str] | None, list[Run]]:
    found: dict[tuple[str, str] | None, list[Run]] = defaultdict(list)
    for run in runs:
        found[(run.place.file, run.place.function) if run.place else None].append(run)
    return found


def _computes(runs: list[Run]) -> bool:
    # Threads that compute side by side share one lock: together they use what one would.
    wall = seconds(union((run.start, run.end) for run in runs))
    return wall > 0 and sum(run.cpu_s for run in runs) >= _COMPUTES * wall


def _named(place: Place | None) -> str:
    return f"`{place.function}`" if place else "the application"
