"""Waits for what others hold: a pooled connection, a thread, a lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agentpack.timing.result import CauseKind
from agentpack.timing.why.claim import (
    ASYNC,
    DATABASE,
    Claim,
    hottest,
    milliseconds,
    window,
)
from agentpack.timing.why.stretch import seconds
from agentpack.timing.why.trace import Observed, Place

_TELLS: dict[str, tuple[CauseKind, str, str, str]] = {
    "pool": (
        "pool-wait",
        "waited {time} for a free connection of the pool",
        "Give connections back sooner, close each session, size the pool for what runs at once.",
        DATABASE,
    ),
    "connect": (
        "pool-wait",
        "opening a new database connection took {time}",
        "Keep connections in a pool that is made once, at start.",
        DATABASE,
    ),
    "threadpool": (
        "pool-wait",
        "waited {time} for a free thread: those of the thread pool are all busy",
        "Keep slow work out of `def` endpoints, which share 40 threads, or await an async version.",
        ASYNC,
    ),
    "lock": (
        "lock-wait",
        "waited {time} for a lock that another request or task holds",
        "Hold the lock for less: no slow call inside it, one lock for each key, or none at all.",
        ASYNC,
    ),
}


def claims(observed: Observed) -> Iterator[Claim]:
    """One claim for each kind of wait, and each function that waits."""
    trace = observed.trace
    if trace is None:
        return
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    places: dict[tuple[str, str], Place] = {}
    looks = [(run.start, run.end) for run in trace.runs if _at_lock(run.waits, run.leaf)]
    for wait in trace.waits:
        key = (wait.kind, wait.place.function if wait.place else "")
        found[key].append((wait.start, wait.end))
        if wait.place is not None:
            places.setdefault(key, wait.place)
    if looks:
        lines = hottest(run for run in trace.runs if _at_lock(run.waits, run.leaf))
        place = lines.place if lines else None
        key = ("lock", place.function if place else "")
        found[key] += looks
        if place is not None:
            places.setdefault(key, place)
    for key, stretches in found.items():
        if key[0] not in _TELLS:
            continue
        kind, detail, mend, reference = _TELLS[key[0]]
        waited = window(observed, stretches)
        yield Claim(
            kind,
            waited,
            detail.format(time=milliseconds(seconds(waited))),
            mend,
            reference,
            places.get(key) or trace.endpoint,
            within=frozenset({"event-loop-blocked"}),
        )


def _at_lock(waits: str, leaf: str) -> bool:
    return waits == "lock" or leaf in {
        "asyncio/locks.py:acquire",
        "_backends/_asyncio.py:acquire",
    }
