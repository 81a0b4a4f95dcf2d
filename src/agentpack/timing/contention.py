"""What of a request's time other work on the machine took.

Linux counts for each thread how long it ran, and how long it was ready to run and waited for a
processor (`/proc/PID/task/TID/schedstat`). What the threads of the server and our own waited during
a request is not the endpoint's time. Threads can wait at once, so their sum may be too much: but
a request takes no less than the processor time that was spent on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

_LEAST_S = 1e-6


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of all threads of some processes."""

    ran_s: float
    waited_s: float
    """Ready to run, with no processor free."""


class Scheduler:
    """Reads what the processes that answer, and our own, ran and waited.

    Args:
        pids: the processes that answer.

    """

    def __init__(self, pids: Iterable[int]) -> None:
        self._theirs = tuple(pids)
        self.known = bool(self._theirs) and all(
            os.access(f"/proc/{pid}/task/{pid}/schedstat", os.R_OK)
            for pid in (*self._theirs, os.getpid())
        )

    def read(self) -> Usage:
        """All until now: what they ran, and what they and we waited."""
        ran = waited = 0
        for pid in (*self._theirs, os.getpid()):
            for one_ran, one_waited in _threads(pid):
                ran += one_ran if pid in self._theirs else 0
                waited += one_waited
        return Usage(ran / 1e9, waited / 1e9)


def _threads(pid: int) -> Iterable[tuple[int, int]]:
    try:
        names = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - done around each request
    except FileNotFoundError:
        return
    for name in names:
        try:
            with open(f"/proc/{pid}/task/{name}/schedstat", "rb") as file:  # noqa: PTH123 - as above
                ran, waited, _ = file.read().split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that has ended meanwhile
        yield int(ran), int(waited)


@dataclass(frozen=True, slots=True)
class Own:
    """A request's time without what other work on the machine took of it."""

    total_s: float
    ran_s: float = 0.0
    """The part of it for which the server computed; 0 where that is not known."""


def corrected(total_s: float, before: Usage, after: Usage) -> Own:
    """A request's own time, by what was used before and after it."""
    ran = min(total_s, after.ran_s - before.ran_s)
    waited = max(0.0, after.waited_s - before.waited_s)
    return Own(max(total_s - waited, ran, min(total_s, _LEAST_S)), ran)
