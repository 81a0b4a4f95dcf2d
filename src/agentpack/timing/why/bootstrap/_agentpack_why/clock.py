"""How long a thread ran on a processor, and how long it waited for one."""

from __future__ import annotations

import threading
import time


class Clock:
    """The clock of the thread that makes it; any other may read it."""

    __slots__ = ("_clock", "_last", "_path")

    def __init__(self) -> None:
        self._path = f"/proc/self/task/{threading.get_native_id()}/schedstat"
        clock = getattr(time, "pthread_getcpuclockid", None)
        self._clock: int | None = clock(threading.get_ident()) if clock else None
        self._last = self._read()

    def since(self) -> tuple[float, float]:
        """Seconds that it ran and waited since the last call; 0 where the system does not tell."""
        last, self._last = self._last, self._read()
        return max(0.0, self._last[0] - last[0]), max(0.0, self._last[1] - last[1])

    def _read(self) -> tuple[float, float]:
        try:
            with open(self._path, "rb") as file:
                ran, waited, _ = file.read().split()
            return int(ran) / 1e9, int(waited) / 1e9
        except (OSError, ValueError):
            pass
        try:
            return 0.0 if self._clock is None else time.clock_gettime(self._clock), 0.0
        except OSError:
            return 0.0, 0.0
