"""Calls into C that keep the interpreter's lock: nobody can look while they run.

When they end, another thread may run before ours looks, and the line is lost. A path on which
that happened is a suspect: its next requests have their calls into C timed from within.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from .places import frames_of, told

LONG_S = 0.02
_UNSEEN_S = 0.04
_MOST = 15_000
_suspects: set[str] = set()
looked = [0.0]
"""When the stacks were last looked at."""


def suspect(path: str) -> None:
    """Time the calls into C of the next requests to this path."""
    _suspects.add(path)


def unseen(path: str, used: float, seen: float) -> None:
    """Suspect a path where a thread used far more of the processor than was seen."""
    if used - seen > max(_UNSEEN_S, used / 2):
        suspect(path)


@contextmanager
def timed(path: str, mode: str, runs: list[list[Any]]) -> Iterator[None]:
    """Note the long calls into C of this thread, if the path is a suspect."""
    before = sys.getprofile()
    if path not in _suspects or before is not None:
        yield
        return
    sys.setprofile(_Calls(mode, runs))
    try:
        yield
    finally:
        sys.setprofile(None)


class _Calls:
    def __init__(self, mode: str, runs: list[list[Any]]) -> None:
        self.mode = mode
        self.runs = runs
        self.calling = False
        self.last = _clocks()
        self.left = _MOST

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        self.left -= 1
        if self.left < 0:
            # So many short calls are seen by looking, and each costs time here.
            sys.setprofile(None)
            return
        (start, cpu), self.last = self.last, _clocks()
        end, used = self.last
        # A callable object in C is called without an event: then it tells that nobody could look.
        kept = self.calling or looked[0] <= start + LONG_S / 2
        # What waits without the lock uses next to nothing, however busy the machine is.
        if kept and end - start > LONG_S and used - cpu > max(LONG_S / 2, 0.05 * (end - start)):
            self.note(frame.f_back if event == "call" else frame, start, end)
        self.calling = event == "c_call"

    def note(self, frame: FrameType | None, start: float, end: float) -> None:
        seen = told(frames_of(frame))
        key = [self.mode, seen.part, seen.owner, seen.place, seen.callee, seen.leaf, ""]
        self.runs.append([*key, seen.imports, start, end, end - start, end - start, True])


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.thread_time()
