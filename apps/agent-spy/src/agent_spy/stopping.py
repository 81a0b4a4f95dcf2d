"""Knowing early that the server stops.

A server waits for open answers before it shuts the app down. A stream never ends by itself, so
those who stream have to hear of the signal when it comes.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_EVERY_SECONDS = 1.0
_SHARE = 10
"""What is slow to read is read less often: a tenth of the time is spent on it."""
_LONGEST_SECONDS = 300.0
"""A stream ends after this; its reader asks again, and its key is looked at again."""


class Stopping:
    """Whether the server is to stop; awaitable, and true at most a moment after the signal."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __bool__(self) -> bool:
        """Whether it stops."""
        return self._event.is_set()

    def begin(self) -> None:
        """Tell everybody."""
        self._event.set()

    async def within(self, seconds: float) -> bool:
        """Wait; `True`, at once, if it stops meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Begin on the signals that end a server, and pass them on to whoever handled them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in _SIGNALS}

        def heard(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.begin)
            handler: Any = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        # Where nobody handles a signal its default ends the process: nothing is left to be told.
        mine = [number for number, handler in before.items() if callable(handler)]
        for number in mine:
            signal.signal(number, heard)
        try:
            yield
        finally:
            for number in mine:
                if signal.getsignal(number) is heard:
                    signal.signal(number, before[number])


async def paced(stopping: Stopping) -> AsyncIterator[None]:
    """The rounds of a stream that looks for changes, until the server stops or for minutes."""
    end = monotonic() + _LONGEST_SECONDS
    while monotonic() < end:
        began = monotonic()
        yield
        if await stopping.within(max(_EVERY_SECONDS, _SHARE * (monotonic() - began))):
            return
