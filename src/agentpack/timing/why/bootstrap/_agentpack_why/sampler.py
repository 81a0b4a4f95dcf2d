"""Looks at the event loop, and at what serves each request, every few milliseconds.

The loop is pinged. While it does not answer, what its thread runs is what blocks it. A C call that
keeps the interpreter's lock keeps us from looking too: the thread that then used the processor is
found at the line that called it, and is charged for all of the time.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import Any

from .clock import Clock
from .kept import looked, suspect
from .places import Stack, frames_of, told
from .record import Trace, Worker, now
from .send import send
from .suspended import frames_of_task
from .waiting import waits_for

INTERVAL_S = 0.005
_STUCK_S = 0.03
_LATE_S = 3 * INTERVAL_S
_KEPT = 0.25
_IDLES = 0.15
_AT_WORK = 0.1
_MOST_RUNS = 1000
_PATIENCE_S = 3.0
_IDLE = (
    "selectors.py:select",
    "asyncio/base_events.py:_run_once",
    "asyncio/base_events.py:run_forever",
    "asyncio/base_events.py:run_until_complete",
    "asyncio/runners.py:run",
    "uvloop/__init__.py:run",
    "uvicorn/server.py:run",
    "uvicorn/_compat.py:asyncio_run",
    "uvicorn/main.py:run",
)

live: list[Trace] = []
"""The requests that are being served."""
ended: list[Trace] = []
"""Those that are served, and of which not all is told."""
_loops: list[Any] = []


def watch_this_loop() -> None:
    """Start to watch the running event loop, once."""
    if _loops:
        return
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    _loops.append(loop)
    # The sender's thread starts here, not in the middle of a request.
    send({"kind": "ready"})
    threading.Thread(
        target=_Watch(loop, threading.get_ident()).run, name="agentpack-watch", daemon=True
    ).start()


class _Watch:
    def __init__(self, loop: Any, ident: int) -> None:
        self.loop = loop
        self.ident = ident
        self.clock = Clock()
        self.used = time.process_time()
        self.beat = 0.0
        self.answered = True
        self.stuck: list[list[Any]] = []
        self.lost: list[list[float]] = []

    def run(self) -> None:
        last = now()
        while not self.loop.is_closed():
            time.sleep(INTERVAL_S)
            moment = now()
            # A stack may change under our eyes.
            with contextlib.suppress(Exception):
                self.look(last, moment)
            last = looked[0] = moment

    def look(self, last: float, moment: float) -> None:
        frames = sys._current_frames()
        stack = frames_of(frames.get(self.ident))
        ran, waited = self.clock.since()
        # What waits for a processor computes.
        cpu = ran + waited
        busy = bool(stack) and _label(stack[-1]) not in _IDLE
        seen = told(stack) if busy else None
        since, late = last, moment - last > _LATE_S
        used, self.used = time.process_time() - self.used, time.process_time()
        if late and max(used, cpu) < _IDLES * (moment - last):
            # We came late, and not because a thread kept the lock: the machine is busy.
            last = moment - max(_LATE_S, used)
        if seen is not None and (late or not self.answered):
            _note(self.stuck, "loop", seen, waits_for(stack), (last, moment), cpu)
            self.lost.append([since, since + min(waited, moment - since)])
        if late and cpu > _KEPT * (moment - last):
            # It may have gone on before we looked.
            for trace in live:
                suspect(trace.path)
        self.ping()
        for trace in live:
            self.look_at(trace, frames, (stack, seen, cpu, waited), (last, moment), since)
        self.tell_ended()

    def tell_ended(self) -> None:
        """Say of which requests all is told: what kept the loop until their end, too."""
        while ended and not self.stuck and self.beat >= ended[0].end:
            send({"kind": "told", "id": ended.pop(0).identity})

    def ping(self) -> None:
        """Ask the loop again once it has answered; what kept it from answering is sent."""
        if not self.answered:
            return
        if self.stuck and self.stuck[-1][9] <= self.beat:
            start = self.stuck[0][8]
            if self.beat - start >= _STUCK_S:
                record = {"start": start, "end": self.beat, "runs": self.stuck, "lost": self.lost}
                send({"kind": "stuck", **record})
            self.stuck, self.lost = [], []
        self.answered = False
        try:
            self.loop.call_soon_threadsafe(self.pong)
        except RuntimeError:
            self.answered = True

    def pong(self) -> None:
        self.beat = now()
        self.answered = True

    def look_at(
        self,
        trace: Trace,
        frames: Any,
        loop: tuple[Any, Stack | None, float, float],
        at: tuple[float, float],
        since: float,
    ) -> None:
        workers = list(trace.workers)
        for worker in workers:
            stack = frames_of(frames.get(worker.ident))
            ran, waited = worker.clock.since()
            cpu = ran + waited
            if not worker.side:
                trace.lose(since, min(waited, at[1] - since))
            if worker.side and cpu < _AT_WORK * (at[1] - at[0]):
                continue
            seen = _within(told(stack), worker)
            _note(trace.runs, "thread", seen, waits_for(stack), at, cpu)
        if not trace.tasks or any(not worker.side for worker in workers):
            return
        trace.lose(since, min(loop[3], at[1] - since))
        task = trace.tasks[-1]
        coroutine = task.get_coro()
        if getattr(coroutine, "cr_running", False):
            if loop[1] is not None:
                _note(trace.runs, "loop", loop[1], waits_for(loop[0]), at, loop[2])
            return
        _note(trace.runs, "await", told(frames_of_task(task)), "", at, 0.0)


def _within(seen: Stack, worker: Worker) -> Stack:
    """What a thread does, as part of what it was started for."""
    if worker.part is None:
        return seen
    part, asked = worker.part
    return seen._replace(
        part=seen.part or part, owner=seen.owner or asked, place=seen.place or asked
    )


def _label(frame: Any) -> str:
    parts = frame.f_code.co_filename.replace("\\", "/").split("/")
    tail = parts[-1:] if parts[-1] == "selectors.py" else parts[-2:]
    return "/".join(tail) + ":" + str(frame.f_code.co_name)


def _note(
    runs: list[list[Any]], mode: str, seen: Stack, waits: str, at: tuple[float, float], cpu: float
) -> None:
    """Add a look to the run that it continues, or begin one."""
    start, end = at
    wall = end - start
    # Late, and this thread ran: only code in C that keeps the lock does that to us.
    cpu = wall if wall > _LATE_S and cpu > _KEPT * wall else max(0.0, min(cpu, wall))
    key = [mode, seen.part, seen.owner, seen.place, seen.callee, seen.leaf, waits, seen.imports]
    if runs and runs[-1][:8] == key and start - runs[-1][9] < INTERVAL_S:
        run = runs[-1]
        run[9], run[10], run[11] = end, run[10] + wall, run[11] + cpu
    elif len(runs) < _MOST_RUNS:
        runs.append([*key, start, end, wall, cpu])
