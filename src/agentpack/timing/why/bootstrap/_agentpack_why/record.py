"""What is noted of one request; all times are of the system's monotonic clock, in seconds."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from .clock import Clock
from .kept import looked, timed, unseen
from .places import Place, here, of_function

_MOST = 5000
_LOST_S = 0.001
now = time.monotonic
current: ContextVar[Trace | None] = ContextVar("agentpack_why", default=None)
"""The request that is being served here; `None` outside of one and for those without our mark."""


class Worker:
    """A thread that works for a request."""

    __slots__ = ("clock", "ident", "part", "side")

    def __init__(self, part: Any, *, side: bool) -> None:
        self.side = side
        self.ident = threading.get_ident()
        self.part = part
        self.clock = Clock()


class Trace:
    """One request."""

    def __init__(self, identity: str, method: str, path: str) -> None:
        self.identity = identity
        self.method = method
        self.path = path
        self.start = self.told_at = now()
        self.status = 0
        self.size = 0
        self.began = 0.0
        self.answered = 0.0
        self.end = 0.0
        self.endpoint: Place | None = None
        self.threaded = False
        self.spans: list[list[Any]] = []
        self.sql: list[list[Any]] = []
        self.http: list[list[Any]] = []
        self.waits: list[list[Any]] = []
        self.chunks: list[list[Any]] = []
        self.runs: list[list[Any]] = []
        self.lost: list[list[float]] = []
        self.dropped = 0
        self.tasks: list[Any] = []
        self.workers: list[Worker] = []
        self.outgoing = 0

    def add(self, kept: list[list[Any]], row: list[Any]) -> None:
        """Keep a row, unless there are too many."""
        if len(kept) < _MOST:
            kept.append(row)
        else:
            self.dropped += 1

    def wait(self, kind: str, start: float, place: Place | None = None) -> None:
        """Note a wait that ends now, if it was one."""
        end = now()
        if end - start > 0.001:
            self.add(self.waits, [kind, start, end, *(place or here() or (None, None, None))])

    def lose(self, start: float, waited: float) -> None:
        """Note that its thread wanted a processor and had none: that is no code's doing."""
        if waited > _LOST_S:
            self.add(self.lost, [start, start + waited])

    def told(self, *, done: bool) -> dict[str, Any]:
        """All of it, to be sent."""
        return {
            "kind": "request",
            "id": self.identity,
            "method": self.method,
            "path": self.path,
            "start": self.start,
            "began": self.began,
            "answered": self.answered,
            "end": self.end,
            "status": self.status,
            "size": self.size,
            "endpoint": self.endpoint,
            "threaded": self.threaded,
            "spans": list(self.spans),
            "sql": list(self.sql),
            "http": list(self.http),
            "waits": list(self.waits),
            "chunks": list(self.chunks),
            "runs": [list(run) for run in self.runs],
            "lost": list(self.lost),
            "dropped": self.dropped,
            "done": done,
        }


@contextlib.contextmanager
def span(name: str, function: Any = None) -> Iterator[None]:
    """Note how long a part of the current request takes."""
    trace = current.get()
    if trace is None:
        yield
        return
    start = now()
    try:
        yield
    finally:
        place = of_function(function)
        trace.add(trace.spans, [name, start, now(), *(place or (None, None, None))])


@contextlib.contextmanager
def own_task(trace: Trace | None) -> Iterator[None]:
    """Say that the current task is the one that serves the request from here on."""
    if trace is None:
        yield
        return
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    if task is None or task in trace.tasks:
        yield
        return
    trace.tasks.append(task)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            trace.tasks.remove(task)


class Work:
    """A function that works in a thread for a request; called there."""

    def __init__(
        self, trace: Trace, function: Any, part: Any, *, full: Any = None, side: bool = False
    ) -> None:
        self.trace = trace
        self.function = function
        self.part = part
        self.full = full
        self.side = side
        self.asked = now()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        trace = self.trace
        # All are busy now that it has one: what it waited for is a thread, not its turn to run.
        if self.full is not None and self.full():
            trace.wait("threadpool", self.asked, self.part[1])
        began, worker = now(), Worker(self.part, side=self.side)
        token = current.set(trace)
        before, used = _seen(trace), time.thread_time()
        trace.workers.append(worker)
        try:
            with timed(trace.path, "thread", trace.runs):
                return self.function(*args, **kwargs)
        finally:
            trace.workers.remove(worker)
            if not self.side:
                # What came after the last look.
                trace.lose(max(looked[0], began), worker.clock.since()[1])
            current.reset(token)
            unseen(trace.path, time.thread_time() - used, _seen(trace) - before)


def _seen(trace: Trace) -> float:
    """The processor time of threads that was seen."""
    return float(sum(run[11] for run in trace.runs if run[0] == "thread"))
