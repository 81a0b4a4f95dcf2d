"""What can be told of a server that is not ours: by phases, and by requests at the same time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from agentpack.timing.curl import Session
from agentpack.timing.request import Expectation, Request
from agentpack.timing.result import Cause, CauseKind, Endpoint
from agentpack.timing.sample import Sample
from agentpack.timing.why.claim import API_DESIGN, ASYNC, BOTTLENECK, Claim, milliseconds
from agentpack.timing.why.kinds.cold import cold

_TIMES = 3
_CROWD = 4
_LARGE = 5_000_000
_GAP_S = 0.02
_NOTED_S = 0.05
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Probed:
    """What was seen of an endpoint from outside."""

    alone: tuple[Sample, ...]
    """Sent one after the other, with the moments at which pieces of the body came."""
    crowd: tuple[Sample, ...] = ()
    """Sent at the same time; empty where that may change data."""
    other_s: float = 0.0
    """What a path that does not exist takes alone."""
    beside_s: float = 0.0
    """What it took at most, sent while the endpoint was being served."""
    cold: Sample | None = None


def probe(
    requests: Sequence[Request],
    plain: Mapping[Request, Endpoint],
    *,
    budget_s: float | None = None,
    timeout_s: float = 30.0,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Mapping[Request, tuple[Cause, ...]]:
    """Why requests to a server that is not ours may be slow.

    Args:
        requests: what is to be explained.
        plain: what was measured of them, where it was.
        budget_s: what each may take, where `plain` does not say.
        timeout_s: how long one request may take.
        progress: told how many of all requests are done.

    """
    found = {}
    with Session() as session:
        for done, request in enumerate(requests):
            progress(done, len(requests), request.operation or request.url)
            known = plain.get(request)
            seen = _seen(session, request, known.cold if known else None, timeout_s)
            found[request] = suspected(seen, known.budget_s if known else budget_s or 2.0)
        progress(len(requests), len(requests), "")
    return found


def suspected(seen: Probed, budget_s: float) -> tuple[Cause, ...]:
    """What the times from outside suggest; a server that was not watched gives no proof."""
    right = [sample for sample in seen.alone if sample.error is None]
    if not right:
        return ()
    typical = sorted(right, key=lambda one: one.total_s)[len(right) // 2]
    whole = max(typical.total_s - typical.request_s, 1e-9)
    body = typical.total_s - typical.ttfb_s
    causes: list[Cause] = []
    gaps = sum(two - one for one, two in pairwise(typical.chunks_s) if two - one >= _GAP_S)
    if typical.size >= _LARGE and body - gaps >= max(0.3 * whole, _NOTED_S):
        causes.append(
            _cause(
                "large-transfer",
                (body - gaps) / whole,
                f"{typical.size / 1e6:.1f} MB took {milliseconds(body - gaps)} from the first "
                "byte to the last",
                "Send less: pages, fewer fields, compression.",
                API_DESIGN,
            )
        )
    if gaps >= max(0.3 * whole, _NOTED_S):
        causes.append(
            _cause(
                "slow-stream",
                gaps / whole,
                f"{len(typical.chunks_s)} pieces, {milliseconds(gaps)} of waiting between them",
                "Send each piece as soon as it is there, and find out what the server waits for.",
                ASYNC,
            )
        )
    causes += _together(seen, whole)
    if not causes and typical.total_s > budget_s:
        causes.append(
            _cause(
                "unknown",
                (typical.ttfb_s - typical.request_s) / whole,
                f"the server takes {milliseconds(typical.ttfb_s - typical.request_s)} until its "
                "first byte, whether others are served or not",
                "Start it with --app to see where the time goes.",
                BOTTLENECK,
            )
        )
    start = cold(None, tuple(right), seen.cold)
    if start is not None:
        causes.append(_of(*start))
    return tuple(causes)


def _together(seen: Probed, whole: float) -> list[Cause]:
    """What requests at the same time do to each other, and to others."""
    if not seen.crowd or whole < _NOTED_S:
        return []
    if seen.beside_s - seen.other_s >= 0.5 * whole:
        return [
            _cause(
                "event-loop-blocked",
                min(1.0, (seen.beside_s - seen.other_s) / whole),
                f"suspected: another path answers in {milliseconds(seen.other_s)} alone, and in "
                f"{milliseconds(seen.beside_s)} while this one is being served",
                "Look for a blocking call in an `async def`; start it with --app to see the line.",
                ASYNC,
            )
        ]
    slowest = max(sample.total_s - sample.request_s for sample in seen.crowd)
    if slowest >= 0.6 * len(seen.crowd) * whole:
        return [
            _cause(
                "lock-wait",
                (slowest - whole) / slowest,
                f"suspected: {milliseconds(whole)} alone, {milliseconds(slowest)} for the last of "
                f"{len(seen.crowd)} at once: they wait for each other, for a lock, a small pool "
                "or the processor",
                "Look for a lock or a pool that each request holds; start it with --app to see it.",
                ASYNC,
            )
        ]
    return []


def _seen(session: Session, request: Request, first: Sample | None, timeout_s: float) -> Probed:
    alone = tuple(
        session.send(request, chunks=True, timeout_s=timeout_s).sample for _ in range(_TIMES)
    )
    if request.method not in _SAFE or request.body is not None or alone[-1].error:
        return Probed(alone, cold=first)
    parts = urlsplit(request.url)
    nowhere = f"{parts.scheme}://{parts.netloc}/agentpack-{secrets.token_hex(4)}"
    other = Request("GET", nowhere, insecure=request.insecure, expect=Expectation((404,)))
    usual = median(_served(session.send(other, timeout_s=timeout_s).sample) for _ in range(_TIMES))
    beside = _beside(session, request, other, median(map(_served, alone)), timeout_s)
    crowd = _at_once([request] * _CROWD, timeout_s)
    return Probed(alone, tuple(crowd), usual, beside, first)


def _beside(
    session: Session, request: Request, other: Request, usual: float, timeout_s: float
) -> float:
    """The slowest answer of another path, asked for again and again while one is served."""
    ended = threading.Event()

    def slow() -> None:
        with Session() as own:
            own.send(request, timeout_s=timeout_s)
        ended.set()

    thread = threading.Thread(target=slow, daemon=True)
    thread.start()
    slowest = 0.0
    while not ended.is_set():
        time.sleep(min(0.02, usual / 10))
        slowest = max(slowest, _served(session.send(other, timeout_s=timeout_s).sample))
    thread.join()
    return slowest


def _at_once(requests: Sequence[Request], timeout_s: float) -> list[Sample]:
    samples: list[Sample] = []
    barrier = threading.Barrier(len(requests))

    def one(request: Request) -> None:
        with Session() as session:
            barrier.wait()
            samples.append(session.send(request, timeout_s=timeout_s).sample)

    threads = [threading.Thread(target=one, args=(each,), daemon=True) for each in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return samples


def _served(sample: Sample) -> float:
    return sample.total_s - sample.request_s


def _cause(kind: CauseKind, share: float, detail: str, mend: str, reference: str) -> Cause:
    return Cause(kind, round(min(1.0, share), 3), detail, mend, reference)


def _of(claim: Claim, share: float) -> Cause:
    return Cause(claim.kind, round(share, 3), claim.detail, claim.mend, claim.reference)
