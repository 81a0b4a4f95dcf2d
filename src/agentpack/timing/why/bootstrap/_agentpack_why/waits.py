"""Waits for the locks and semaphores of asyncio and anyio."""

from __future__ import annotations

from typing import Any

from .places import here
from .record import current, now


def asyncio_locks(module: Any) -> None:
    """`Lock` and `Semaphore`; a condition and a bounded semaphore are made of these."""
    for name in ("Lock", "Semaphore"):
        _waiting(getattr(module, name), "acquire")


def anyio_locks(module: Any) -> None:
    """anyio's own; the wait for a thread, which is a limit too, is noted where it is asked for."""
    for name in ("Lock", "Semaphore"):
        kind = getattr(module, name, None)
        if kind is not None and "acquire" in vars(kind):
            _waiting(kind, "acquire")


def _waiting(kind: Any, name: str) -> None:
    acquire = getattr(kind, name)

    async def acquired(self: Any, *args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return await acquire(self, *args, **kwargs)
        start, place = now(), here()
        try:
            return await acquire(self, *args, **kwargs)
        finally:
            trace.wait("lock", start, place)

    setattr(kind, name, acquired)
