"""Work that a request hands to threads: who does it, and how long it waits for a thread."""

from __future__ import annotations

import sys
from typing import Any

from .places import frames_of, told
from .record import Trace, Work, current


def _work(trace: Trace, function: Any, *, full: Any = None, side: bool = False) -> Work:
    seen = told(frames_of(sys._getframe(2)))
    return Work(trace, function, (seen.part, seen.place), full=full, side=side)


def anyio(module: Any) -> None:
    """`def` endpoints and dependencies come through here."""
    run = module.run_sync

    async def run_sync(func: Any, *args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return await run(func, *args, **kwargs)
        limiter = kwargs.get("limiter") or module.current_default_thread_limiter()
        work = _work(trace, func, full=lambda: limiter.available_tokens < 1)
        return await run(work, *args, **kwargs)

    module.run_sync = run_sync


def executor(module: Any) -> None:
    """`asyncio.to_thread` and `run_in_executor` come through here."""
    submit = module.ThreadPoolExecutor.submit

    def submitted(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return submit(self, fn, *args, **kwargs)
        # Asked now: a worker that ends counts as idle before it takes what is queued.
        busy = _all_busy(self)
        return submit(self, _work(trace, fn, full=lambda: busy), *args, **kwargs)

    module.ThreadPoolExecutor.submit = submitted


def _all_busy(pool: Any) -> bool:
    idle = getattr(getattr(pool, "_idle_semaphore", None), "_value", 1)
    return idle < 1 and len(getattr(pool, "_threads", ())) >= getattr(pool, "_max_workers", 1)


def thread(module: Any) -> None:
    """Threads that a request starts itself; nobody need wait for them."""
    start = module.Thread.start

    def started(self: Any) -> None:
        trace = current.get()
        if trace is not None and not isinstance(self.run, Work):
            self.run = _work(trace, self.run, side=True)
        start(self)

    module.Thread.start = started
