"""Many requests at once: a closed loop that keeps C under way, an open one that sends R a second.

In the open loop each request has a moment at which it is meant to be sent. If it is sent later,
because too much is under way already, that is part of what a user would have waited. A closed loop
waits with a server that stalls, and so never sees it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pycurl

from agentpack.timing.handle import MAX_BYTES, TIMEOUT_S, prepare, read, reason, sample
from agentpack.timing.request import Request
from agentpack.timing.sample import Sample

MAX_SAMPLES = 1_000_000
"""A run ends when it has so many, whatever its duration: they are kept in memory."""
MAX_OPEN = 500
"""How many connections the open loop opens before it sends late."""
_WAIT_S = 0.25
"""An interrupt is heard at least so often."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load run measured."""

    samples: tuple[tuple[Sample, ...], ...]
    """By request, in the order in which their answers came."""
    elapsed_s: float
    """From the first request to the last answer."""

    @property
    def rate(self) -> float:
        """Answers a second, failures included."""
        return sum(map(len, self.samples)) / self.elapsed_s


_Counted = tuple[tuple[int, ...], str | None, float]


class _Driver:
    """The handles of one run: ready ones by request, and those under way."""

    def __init__(self, requests: Sequence[Request], timeout_s: float, max_bytes: int) -> None:
        self._requests, self._timeout_s, self._max_bytes = requests, timeout_s, max_bytes
        self._multi = pycurl.CurlMulti()
        self._ready: list[list[pycurl.Curl]] = [[] for _ in requests]
        self._under_way: dict[pycurl.Curl, tuple[int, float]] = {}
        self._handles: list[pycurl.Curl] = []
        # Samples are made of it at the end: their making would slow the requests down.
        self._counted: list[list[_Counted]] = [[] for _ in requests]
        self.done = 0
        self.open = 0

    def send(self, index: int, late_s: float = 0.0) -> None:
        ready = self._ready[index]
        handle = ready.pop() if ready else self._made(index)
        self._under_way[handle] = index, late_s
        self._multi.add_handle(handle)
        self.open += 1

    def _made(self, index: int) -> pycurl.Curl:
        handle = pycurl.Curl()
        prepare(handle, self._requests[index], timeout_s=self._timeout_s, max_bytes=self._max_bytes)
        # It takes a piece and says how long it was, which tells libcurl that all of it was taken.
        handle.setopt(pycurl.WRITEFUNCTION, len)
        self._handles.append(handle)
        return handle

    def step(self) -> list[int]:
        """Go on as far as possible without waiting; which requests have ended."""
        self._multi.perform()
        _, good, bad = self._multi.info_read(MAX_OPEN)
        # Nothing is called that need not be: here the harness's own speed is decided.
        pop, remove = self._under_way.pop, self._multi.remove_handle
        ended = []
        for handle in good:
            index, late_s = pop(handle)
            self._counted[index].append((read(handle), None, late_s))
            remove(handle)
            self._ready[index].append(handle)
            ended.append(index)
        for handle, code, words in bad:
            index, late_s = pop(handle)
            error = reason(code, words, self._timeout_s, self._max_bytes)
            self._counted[index].append((read(handle), error, late_s))
            remove(handle)
            self._ready[index].append(handle)
            ended.append(index)
        self.done += len(ended)
        self.open -= len(ended)
        return ended

    def wait(self, seconds: float) -> None:
        self._multi.select(max(0.0, min(seconds, _WAIT_S)))

    def samples(self) -> tuple[tuple[Sample, ...], ...]:
        return tuple(
            tuple(sample(counted, error, late_s=late_s) for counted, error, late_s in every)
            for every in self._counted
        )

    def close(self) -> None:
        for handle in self._under_way:
            self._multi.remove_handle(handle)
        self._multi.close()
        for handle in self._handles:
            handle.close()


Progress = Callable[[float], None]
"""Told from time to time what part is done, 0 to 1."""


def closed(
    requests: Sequence[Request],
    *,
    concurrency: int,
    count: int | None = None,
    duration_s: float | None = None,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
    progress: Progress = lambda _: None,
) -> Load:
    """Keep `concurrency` requests under way, for a number of them or for a time.

    Bodies are counted and not kept. Each sample's error is a transport's; statuses are the
    caller's to judge.
    """
    driver = _Driver(requests, timeout_s, max_bytes)
    most = min(count or MAX_SAMPLES, MAX_SAMPLES)
    start = now = time.perf_counter()
    end = start + (duration_s if duration_s is not None else float("inf"))
    try:
        for number in range(min(concurrency, most)):
            driver.send(number % len(requests))
        sent = driver.open
        one = len(requests) == 1
        while driver.open:
            ended = driver.step()
            now = time.perf_counter()
            progress(_part(now, start, end, driver.done, most if count else None))
            if now < end and sent < most:
                for index in ended[: most - sent]:
                    driver.send(index if one else sent % len(requests))
                    sent += 1
            if not ended:
                driver.wait(_WAIT_S)
    finally:
        driver.close()
    return Load(driver.samples(), now - start)


def opened(
    requests: Sequence[Request],
    *,
    rate: float,
    count: int,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
    progress: Progress = lambda _: None,
) -> Load:
    """Send `rate` requests a second, whether or not the earlier ones were answered."""
    driver = _Driver(requests, timeout_s, max_bytes)
    due: deque[float] = deque()
    start = now = time.perf_counter()
    planned = sent = 0
    try:
        while sent < count or driver.open:
            now = time.perf_counter()
            while planned < count and start + planned / rate <= now:
                due.append(start + planned / rate)
                planned += 1
            while due and driver.open < MAX_OPEN:
                driver.send(sent % len(requests), time.perf_counter() - due.popleft())
                sent += 1
            ended = driver.step()
            progress(driver.done / count)
            if not ended:
                following = start + planned / rate if planned < count else now + _WAIT_S
                driver.wait(following - time.perf_counter())
    finally:
        driver.close()
    return Load(driver.samples(), now - start)


def _part(now: float, start: float, end: float, done: int, most: int | None) -> float:
    return done / most if most else (now - start) / (end - start)


def waited(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Samples with the time from their intended send in place of that from their actual one."""
    return tuple(
        replace(one, ttfb_s=one.ttfb_s + one.late_s, total_s=one.total_s + one.late_s)
        for one in samples
    )
