"""One run: serve, find the requests, measure, compare, and measure anew what looks slower."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median

from agentpack.errors import AgentpackError
from agentpack.timing.baseline import Baseline, Level, key, pooled
from agentpack.timing.compare import ROUNDS, Compared, compare
from agentpack.timing.curl import Session
from agentpack.timing.floor import KIND, floor
from agentpack.timing.group import descendants
from agentpack.timing.load import Load, closed, opened
from agentpack.timing.measure import Measured, Meter
from agentpack.timing.order import Found, Order
from agentpack.timing.request import Request
from agentpack.timing.result import Endpoint, Run
from agentpack.timing.server import Server, serving
from agentpack.timing.verdict import endpoint, judged

_WINDOW_S = 3.0
"""What is to be compared is sampled for so long in each round: other work on the machine comes and
goes within such a time."""
_MOST = 400
_MOST_S = 20.0


@dataclass(slots=True)
class _Round:
    """What one start of the server gave."""

    measured: list[Measured]
    floor_s: list[float]
    found: Found
    load: Load | None = None

    def levels(self) -> dict[str, Level]:
        levels = {key(one.request): one.level() for one in self.measured}
        return {name: level for name, level in levels.items() if level is not None}


def run(order: Order, baseline: Baseline | None = None) -> Run:
    """Time everything once, and what seems to have become slower again.

    Raises:
        AgentpackError: the app cannot be served or ends by itself, or there is nothing to time.

    """
    first = _round(order, known=baseline.levels if baseline else ())
    notes = _notes(first)
    compared: dict[str, Compared] = {}
    if baseline is not None and order.under_load:
        notes.append("under load nothing is compared with the baseline")
    elif baseline is not None:
        compared = compare(
            baseline,
            first.levels(),
            lambda names: _round(order, known=names, only=names).levels(),
            notes,
        )
    endpoints = tuple(
        _endpoint(order, first, place, compared.get(key(one.request)))
        for place, one in enumerate(first.measured)
    )
    return Run(
        floor_s=median(first.floor_s),
        endpoints=_explained(order, endpoints),
        skipped=first.found.skipped,
        notes=tuple(notes),
    )


def _explained(order: Order, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    """Say why of what is too slow, cold or warm. What failed is not slow: its reason says all."""
    slow = [
        one
        for one in endpoints
        if one.verdict in {"over", "regressed"}
        or (one.verdict == "ok" and (order.explain or _slow_when_cold(one)))
    ]
    if order.why is None or not slow:
        return endpoints
    found = order.why(slow)
    return tuple(
        replace(one, causes=found[one.request][0], spans=found[one.request][1])
        if one in slow and one.request in found
        else one
        for one in endpoints
    )


def _slow_when_cold(one: Endpoint) -> bool:
    return one.cold is not None and one.cold.total_s > one.budget_s


def baseline_of(order: Order) -> tuple[Baseline, Run]:
    """Measure a baseline, in several rounds; and what its first round looked like.

    Raises:
        AgentpackError: as `run`; an endpoint failed; under load there is none.

    """
    if order.under_load:
        raise AgentpackError("a baseline is measured one request at a time, not under load")
    rounds = [_round(order) for _ in range(ROUNDS)]
    first = rounds[0]
    levels = [one.levels() for one in rounds]
    for one in first.measured:
        if not all(key(one.request) in level for level in levels):
            words = next((s.error for s in [one.cold, *one.samples] if s and s.error), "no answer")
            raise AgentpackError(
                f"{key(one.request)} failed: {words}",
                mend="a baseline needs answers that are right",
            )
    names = list(levels[0])
    found = Baseline(KIND, {name: pooled(level[name] for level in levels) for name in names})
    endpoints = tuple(
        _endpoint(order, first, place, None) for place, _ in enumerate(first.measured)
    )
    return found, Run(median(first.floor_s), endpoints, first.found.skipped, tuple(_notes(first)))


def _round(
    order: Order, *, known: Collection[str] | None = None, only: Collection[str] | None = None
) -> _Round:
    """Start the server and measure.

    Args:
        order: what to do.
        known: what is to be compared, and so sampled longer; `None` is everything.
        only: what is to be measured; `None` is everything.

    """
    with _served(order) as server, Session(max_bytes=order.max_bytes) as session, floor() as bare:
        found = order.find(session, server.base_url if server else "")
        requests = [one for one in found.requests if only is None or key(one) in only]
        if not requests and found.play is None:
            raise AgentpackError("there is nothing to time", mend=_skips(found))
        compares = server is not None and (known is None or bool(known))
        meter = Meter(
            session,
            bare,
            check=order.check,
            timeout_s=order.timeout_s,
            progress=order.progress,
            server=[server.pid, *descendants(server.pid)] if server and compares else (),
        )
        load = None
        if found.play is not None and order.under_load:
            raise AgentpackError(
                "a scenario is not put under load here",
                mend="write it for Locust: agentpack time export --locust FILE --scenario …",
            )
        if found.play is not None:
            measured = meter.play(found.play, order.warmup, order.count)
        else:
            measured = meter.cold(requests, found.sent)
            meter.warm_up(measured, order.warmup)
            if order.under_load:
                meter.probe()
                load = _loaded(order, [one.request for one in measured])
            else:
                start = time.monotonic()
                meter.sample(measured, order.count, patience_s=order.patience_s)
                compared = [one for one in measured if known is None or key(one.request) in known]
                _longer(order, meter, compared, start)
        silent = any(not s.status for one in measured for s in (one.cold, *one.samples) if s)
        if server and (words := server.crashed(within_s=1.0 if silent else 0.0)):
            raise AgentpackError(f"{words} while it was timed", mend=server.log_tail())
        if not meter.floor_s:
            meter.probe()
        return _Round(measured, meter.floor_s, found, load)


@contextmanager
def found(order: Order) -> Iterator[tuple[Found, str]]:
    """The requests of an order while its app is served, and the URL where it is.

    Raises:
        AgentpackError: as `run`.

    """
    with _served(order) as server, Session(max_bytes=order.max_bytes) as session:
        base_url = server.base_url if server else ""
        yield order.find(session, base_url), base_url


@contextmanager
def _served(order: Order) -> Iterator[Server | None]:
    with contextlib.ExitStack() as stack:
        yield (
            stack.enter_context(serving(order.app, timeout_s=order.ready_s)) if order.app else None
        )


def _longer(order: Order, meter: Meter, measured: Sequence[Measured], start: float) -> None:
    """Go on sampling until the window is full, or there are more than enough samples."""
    while time.monotonic() < start + _WINDOW_S and any(
        len(one.samples) < _MOST and not one.failed for one in measured
    ):
        meter.sample(measured, order.count, patience_s=_MOST_S)


def _loaded(order: Order, requests: Sequence[Request]) -> Load:
    duration = order.duration_s if order.duration_s is not None else 10.0
    counted = order.duration_s is None and order.count > 0

    def progress(part: float) -> None:
        order.progress(round(part * 1000), 1000, "load")

    if order.rate is not None:
        return opened(
            requests,
            rate=order.rate,
            count=order.count * len(requests) if counted else max(1, round(order.rate * duration)),
            timeout_s=order.timeout_s,
            max_bytes=order.max_bytes,
            progress=progress,
        )
    return closed(
        requests,
        concurrency=order.concurrency or 1,
        count=order.count * len(requests) if counted else None,
        duration_s=None if counted else duration,
        timeout_s=order.timeout_s,
        max_bytes=order.max_bytes,
        progress=progress,
    )


def _endpoint(order: Order, first: _Round, place: int, compared: Compared | None) -> Endpoint:
    one = first.measured[place]
    samples = one.samples
    rate = None
    if first.load is not None:
        samples = [judged(one.request, sample) for sample in first.load.samples[place]]
        rate = len(samples) / first.load.elapsed_s
    return endpoint(
        one.request,
        one.cold,
        samples,
        budget_s=order.budget_s
        or first.found.budgets.get(one.request.operation)
        or order.settings.budget_of(one.request),
        curl=order.curl,
        compared=compared,
        rate=rate,
    )


def _notes(first: _Round) -> list[str]:
    notes = []
    closing = [key(one.request) for one in first.measured if one.closes]
    if closing:
        notes.append(f"the server closes each connection, no sample is warm: {', '.join(closing)}")
    return notes


def _skips(found: Found) -> str:
    lines = [f"{name}: {reason}" for name, reason in found.skipped]
    return "not called: " + "; ".join(lines[:5]) if lines else "name a URL"
