"""The event loop was stuck: nothing else ran, this request and all others waited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agentpack.timing.why.claim import ASYNC, Claim, hottest, milliseconds, module_of, window
from agentpack.timing.why.stretch import seconds
from agentpack.timing.why.trace import Observed, Place, Run

_COMPUTES = 0.5
# What blocks there is told by a kind of its own.
_TOLD_ELSEWHERE = frozenset({"serialization", "background"})
# The loop stands still until the new process has begun: there is no better way to start one.
_STARTS = frozenset(f"asyncio/subprocess.py:create_subprocess_{name}" for name in ("exec", "shell"))


def claims(observed: Observed) -> Iterator[Claim]:
    """One claim for each function of the project that kept the loop."""
    found: dict[tuple[str, str] | None, list[Run]] = defaultdict(list)
    for stuck in observed.stuck:
        for run in stuck.runs:
            if not (run.part in _TOLD_ELSEWHERE or run.imports or starts(run)):
                place = run.place
                found[(place.file, place.function) if place else None].append(run)
    nameless = found.pop(None, [])
    for runs in found.values():
        claim = _claim(observed, runs)
        if claim is not None:
            yield claim
    claim = _claim(observed, nameless)
    if claim is not None:
        yield claim


def starts(run: Run) -> bool:
    """Whether it starts another program as asyncio does."""
    return run.callee in _STARTS


def _claim(observed: Observed, runs: list[Run]) -> Claim | None:
    stretches = window(observed, ((run.start, run.end) for run in runs))
    lines = hottest(runs)
    if not stretches or lines is None:
        return None
    place = lines.place or (observed.trace.endpoint if observed.trace else None)
    computes = lines.cpu_s > _COMPUTES * lines.wall_s
    doing = _doing(lines.run, place, computes=computes)
    longest = max(end - start for start, end in stretches)
    mend = (
        "Move the computing off the event loop: a process pool or a worker; a thread only where "
        "the work is done in C."
        if computes
        else "Await an async version, make the function a plain `def`, or call it with "
        "`await asyncio.to_thread(...)`."
    )
    return Claim(
        "event-loop-blocked",
        stretches,
        f"{doing} kept the event loop for {milliseconds(seconds(stretches))} "
        f"(longest {milliseconds(longest)}): no other request was served meanwhile",
        mend,
        ASYNC,
        place,
        computes=computes,
        within=frozenset({"n-plus-one"}),
    )


def _doing(run: Run, place: Place | None, *, computes: bool) -> str:
    what = "computing" if computes else "a blocking call"
    if run.callee:
        what += f" ({module_of(run.callee)})"
    elif place is None and run.leaf:
        what += f" ({module_of(run.leaf)})"
    return f"{what} in `{place.function}`" if place else what
