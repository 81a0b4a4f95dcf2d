"""After the endpoint: turning its answer into bytes, and sending them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from agentpack.timing.why.claim import (
    API_DESIGN,
    ASYNC,
    BOTTLENECK,
    Claim,
    hottest,
    milliseconds,
    window,
)
from agentpack.timing.why.stretch import seconds, without
from agentpack.timing.why.trace import Observed, Run

_LARGE = 5_000_000
_SMALL = 20_000
_GAP_S = 0.02
_DUMPING = frozenset(
    {"dumps", "dump", "model_dump", "model_dump_json", "dump_json", "dump_python", "json", "encode"}
)
_DUMPERS = ("json/", "pydantic/", "orjson/", "msgspec/", "fastapi/encoders.py")


def serialization(observed: Observed) -> Iterator[Claim]:
    """The answer was validated against its model and written as JSON."""
    trace = observed.trace
    if trace is None:
        return
    parts = [
        (part.start, part.end)
        for part in trace.parts
        # What is written is small, but what was looked at need not be: then it was seen at work.
        if part.name == "serialization" and trace.size >= _SMALL
    ]
    runs = [run for run in _all_runs(observed) if run.part == "serialization"]
    stretches = window(observed, [*parts, *((run.start, run.end) for run in runs)])
    lines = hottest(runs)
    yield Claim(
        "serialization",
        stretches,
        f"turning the answer of {_size(trace.size)} into JSON took "
        f"{milliseconds(seconds(stretches))}" + ("" if trace.threaded else ", on the event loop"),
        "Answer with less: pages, fewer fields, a smaller response model; or write the JSON "
        "where the data is.",
        BOTTLENECK,
        (lines and lines.place) or trace.endpoint,
        computes=True,
    )
    dumping = [run for run in _all_runs(observed) if run.part != "serialization" and _dumps(run)]
    lines = hottest(dumping)
    if lines is not None:
        stretches = window(observed, ((run.start, run.end) for run in dumping))
        yield Claim(
            "serialization",
            stretches,
            f"writing JSON took {milliseconds(seconds(stretches))}",
            "Write less: pages, fewer fields; or let a faster encoder write it.",
            BOTTLENECK,
            lines.place,
            computes=True,
            within=frozenset({"event-loop-blocked"}),
        )


def stream(observed: Observed) -> Iterator[Claim]:
    """The pieces of a streamed answer came late, or far apart."""
    trace = observed.trace
    if trace is None or not trace.chunks or not trace.began:
        return
    gaps = [(trace.began, trace.chunks[0].start)]
    gaps += [(one.end, other.start) for one, other in pairwise(trace.chunks)]
    if trace.answered:
        gaps.append((trace.chunks[-1].end, trace.answered))
    slow = [(start, end) for start, end in gaps if end - start >= _GAP_S]
    stretches = window(observed, slow)
    if not stretches:
        return
    first = trace.chunks[0].start - trace.began
    longest = max(end - start for start, end in slow)
    lines = hottest(
        run
        for run in trace.runs
        if run.part in {"stream", "endpoint", ""}
        and any(run.start < end and run.end > start for start, end in slow)
    )
    yield Claim(
        "slow-stream",
        stretches,
        f"{len(trace.chunks)} pieces: the first {milliseconds(first)} after the head of the "
        f"answer, then up to {milliseconds(longest)} apart, {milliseconds(seconds(stretches))} "
        "of waiting in all",
        "Prepare what is streamed before the first piece, send each piece as soon as it is there, "
        "and find out what the generator waits for.",
        ASYNC,
        (lines and lines.place) or trace.endpoint,
        within=frozenset({"event-loop-blocked"}),
    )


def transfer(observed: Observed) -> Iterator[Claim]:
    """A large body was on its way."""
    size = max(observed.sample.size, observed.trace.size if observed.trace else 0)
    if size < _LARGE:
        return
    began = observed.sent + observed.sample.ttfb_s
    if observed.trace is not None and observed.trace.began:
        # The server may hand over all of it before the client has the first byte.
        began = min(began, observed.trace.began)
    whole = window(observed, [(began, observed.end)])
    gaps = [stretch for claim in stream(observed) for stretch in claim.stretches]
    stretches = without(whole, tuple(gaps))
    if not stretches:
        return
    yield Claim(
        "large-transfer",
        stretches,
        f"{_size(size)} took {milliseconds(seconds(stretches))} from the first byte to the last",
        "Send less: pages, fewer fields, compression, or a link to a file that a web server sends.",
        API_DESIGN,
        observed.trace.endpoint if observed.trace else None,
        floor_s=0.02,
        least=0.3,
    )


def _all_runs(observed: Observed) -> list[Run]:
    own = list(observed.trace.runs) if observed.trace else []
    return own + [run for stuck in observed.stuck for run in stuck.runs]


def _dumps(run: Run) -> bool:
    module, _, function = run.callee.partition(":")
    return function in _DUMPING and any(name in module + ":" for name in _DUMPERS)


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"  # noqa: PLR2004
