"""Time requests one at a time: the first one cold, then warm ones in turn with each other.

Endpoints are sampled in passes, in another order each time, so that what the machine does
meanwhile befalls all alike. Before each sample the bare socket is asked too: its times are the
harness's floor and the measure of the machine's speed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median

from agentpack.timing.baseline import Level, thinned
from agentpack.timing.contention import Own, Scheduler, corrected
from agentpack.timing.curl import Answer, Session
from agentpack.timing.floor import Floor
from agentpack.timing.handle import TIMEOUT_S
from agentpack.timing.request import Request
from agentpack.timing.sample import Sample
from agentpack.timing.stats import noise, quick

FAILURES = 3
"""An endpoint that failed so often is not asked again."""
ENOUGH = 5
"""So many samples do for an endpoint that has used up its time."""
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl", "application/stream")

Check = Callable[[Request, int, Sequence[tuple[str, str]], bytes], str | None]
"""What is wrong with an answer, or `None`."""
Pass = Callable[[Callable[[Request], Answer]], None]
"""Sends the requests of one pass with the function that it is given."""
Progress = Callable[[int, int, str], None]
"""Told what is done, of how many, and what is worked on."""


@dataclass(slots=True)
class Measured:
    """What was measured of one endpoint."""

    request: Request
    cold: Sample | None = None
    samples: list[Sample] = field(default_factory=list)
    own: list[Own] = field(default_factory=list)
    """The totals, without what other work on the machine took of them where that is known."""
    work_s: list[tuple[float, ...]] = field(default_factory=list)
    """The same of each fixed work before each sample."""
    is_corrected: bool = False
    """Whether what other work took is known."""
    spent_s: float = 0.0
    streams: bool = False
    closes: bool = False
    """Whether the server closes each connection, so that no sample is warm."""

    @property
    def failed(self) -> bool:
        """Whether it is of no use to ask again."""
        every = [self.cold, *self.samples] if self.cold else self.samples
        return sum(one.error is not None for one in every) >= FAILURES

    def level(self) -> Level | None:
        """How long it took; `None` where too few samples say so."""
        every = zip(self.samples, self.own, self.work_s, strict=True)
        good = [(one.total_s, own, work) for one, own, work in every if one.error is None]
        if len(good) < 2:  # noqa: PLR2004 - one has no noise
            return None
        totals, own = [total for total, _, _ in good], [one.total_s for _, one, _ in good]
        works = list(zip(*(work for _, _, work in good), strict=True))
        typical = median if self.is_corrected else quick
        level = Level(
            median_s=median(totals),
            own_s=typical(own),
            ran_s=median(one.ran_s for _, one, _ in good),
            reference_s=tuple(map(typical, works)),
            noise=0.0,
            samples=len(good),
            corrected=self.is_corrected,
            totals_s=thinned(totals),
        )
        return replace(level, noise=max(noise(own, one, typical, level.follows) for one in works))


class Meter:
    """Measures some endpoints over one session."""

    def __init__(
        self,
        session: Session,
        floor: Floor,
        *,
        check: Check,
        timeout_s: float = TIMEOUT_S,
        progress: Progress = lambda *_: None,
        server: Sequence[int] = (),
    ) -> None:
        """`server` are the processes that answer, where levels are to be compared."""
        self._session, self._floor = session, floor
        theirs, bare = Scheduler(server), Scheduler([floor.pid])
        self._schedulers = (theirs, bare) if theirs.known and bare.known else None
        self._check, self._timeout_s, self._progress = check, timeout_s, progress
        self._right: dict[int, tuple[Request, int, bytes]] = {}
        self._order = random.Random(0)  # noqa: S311 - no secret
        self.floor_s: list[float] = []

    def cold(
        self, requests: Iterable[Request], known: Sequence[tuple[Request, Answer]] = ()
    ) -> list[Measured]:
        """Send each request once, on a connection of its own.

        Args:
            requests: what to send.
            known: requests that were sent so already, each with its answer.

        """
        every = list(requests)
        found = []
        for number, request in enumerate(every):
            self._progress(number, len(every), f"cold {_name(request)}")
            one = Measured(request)
            earlier = next((answer for sent, answer in known if _same(sent, request)), None)
            self._first(one, request, earlier)
            found.append(one)
        return found

    def _first(self, one: Measured, request: Request, earlier: Answer | None = None) -> Answer:
        start = time.perf_counter()
        answer = earlier or self._send(one, request, cold=True)
        one.cold, one.spent_s = answer.sample, time.perf_counter() - start
        one.streams = any(
            name == "content-type" and value.startswith(_STREAMS) for name, value in answer.headers
        )
        return answer

    def warm_up(self, measured: Sequence[Measured], count: int) -> None:
        """Send each request some times, and forget the answers."""
        for _ in range(count):
            for one in measured:
                if one.cold and one.cold.error is None:
                    self._session.send(one.request, timeout_s=self._timeout_s)

    def sample(
        self, measured: Sequence[Measured], count: int, *, patience_s: float | None = None
    ) -> None:
        """Add `count` samples of each endpoint, in turn.

        Args:
            measured: the endpoints.
            count: how many samples each gets.
            patience_s: an endpoint that has taken so long gets no more than a few.

        """
        total = count * len(measured)
        for number in range(count):
            turn = list(enumerate(measured))
            self._order.shuffle(turn)
            for place, (_, one) in enumerate(turn):
                self._progress(number * len(measured) + place, total, _name(one.request))
                used_up = patience_s is not None and one.spent_s > patience_s
                if not one.failed and not (used_up and len(one.samples) >= ENOUGH):
                    self._one(one, one.request)

    def _one(self, one: Measured, request: Request) -> Answer:
        work = self.probe()
        start = time.perf_counter()
        answer, own = self._timed(0, lambda: self._send(one, request))
        if answer.sample.cold and answer.sample.error is None and not one.closes:
            # The server had closed the connection meanwhile: that is not what is asked for.
            answer, own = self._timed(0, lambda: self._send(one, request))
            one.closes = answer.sample.cold
        one.spent_s += time.perf_counter() - start
        one.samples.append(answer.sample)
        one.own.append(own)
        one.work_s.append(work)
        one.is_corrected = self._schedulers is not None
        return answer

    def _timed(self, whose: int, send: Callable[[], Answer]) -> tuple[Answer, Own]:
        """An answer, and its own time."""
        if self._schedulers is None:
            answer = send()
            return answer, Own(answer.sample.total_s)
        before = self._schedulers[whose].read()
        answer = send()
        after = self._schedulers[whose].read()
        return answer, corrected(answer.sample.total_s, before, after)

    def play(self, go: Pass, warmup: int, count: int) -> list[Measured]:
        """Go through a scenario: once cold, some times to warm up, and `count` times to sample.

        Steps are told apart by their operation; each keeps the request that it sent last.
        """
        found: dict[str, Measured] = {}
        passes = 1 + warmup + count
        for number in range(passes):

            def send(request: Request, number: int = number) -> Answer:
                self._progress(number, passes, _name(request))
                one = found.setdefault(request.operation, Measured(request))
                one.request = request
                if one.cold is None:
                    return self._first(one, request)
                if number <= warmup:
                    return self._send(one, request)
                return self._one(one, request)

            go(send)
            if any(one.failed for one in found.values()):
                break
        return list(found.values())

    def probe(self) -> tuple[float, ...]:
        """Ask the bare socket; the own time of each fixed work."""
        self.floor_s.append(self._session.send(self._floor.nothing).sample.total_s)
        return tuple(
            self._timed(1, partial(self._session.send, work))[1].total_s
            for work in self._floor.work
        )

    def _send(self, one: Measured, request: Request, *, cold: bool = False) -> Answer:
        answer = self._session.send(
            request, cold=cold, chunks=one.streams, timeout_s=self._timeout_s
        )
        found = answer.sample
        if found.error is None:
            same = (request, found.status, answer.body)
            # A body that was found right need not be looked at again.
            if self._right.get(id(one)) != same:
                wrong = self._check(request, found.status, answer.headers, answer.body)
                if wrong is None:
                    self._right[id(one)] = same
                else:
                    answer = replace(answer, sample=replace(found, error=wrong))
        return answer


def _same(sent: Request, request: Request) -> bool:
    """Whether two requests are the same on the wire."""
    return (sent.method, sent.url, sent.body) == (request.method, request.url, request.body)


def _name(request: Request) -> str:
    return request.operation or f"{request.method} {request.url}"
