"""What a thread waits for that its stack does not say: locks are taken by code in C."""

from __future__ import annotations

import _thread
import linecache
import re
from inspect import getattr_static
from types import FrameType
from typing import Any

_LOCKS = (_thread.LockType, _thread.RLock)
_WAITING = {
    "threading.py:wait": "event",
    "threading.py:acquire": "lock",
    "threading.py:__enter__": "lock",
    "threading.py:_wait_for_tstate_lock": "thread",
    "threading.py:join": "thread",
    "queue.py:get": "queue",
    "queue.py:put": "queue",
    "concurrent/futures/_base.py:result": "thread",
    "subprocess.py:_wait": "program",
    "subprocess.py:wait": "program",
    "subprocess.py:communicate": "program",
    "subprocess.py:_communicate": "program",
}
_NAME = re.compile(r"(?:with\s+|,\s*)?([A-Za-z_][\w.]*)\s*(?=\.acquire\b|:|,|\s+as\b|$)")


def waits_for(stack: list[FrameType]) -> str:
    """`lock`, `event`, `thread`, `queue`, `program`, or nothing that is known."""
    found = ""
    for frame in stack[-6:]:
        parts = frame.f_code.co_filename.replace("\\", "/").split("/")
        for length in (1, 3):
            label = "/".join(parts[-length:]) + ":" + frame.f_code.co_name
            if label in _WAITING:
                kind = _WAITING[label]
                # A semaphore waits in a condition, and its users call neither by name.
                found = found if found in {"lock", "queue"} and kind == "event" else kind
    return found or ("lock" if stack and _at_lock(stack[-1]) else "")


def _at_lock(frame: FrameType) -> bool:
    """Whether the line that runs takes a lock: `with lock:` or `lock.acquire()`."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno or 0).strip()
    if not line.startswith("with ") and ".acquire" not in line:
        return False
    return any(isinstance(_value(name, frame), _LOCKS) for name in _NAME.findall(line))


def _value(name: str, frame: FrameType) -> Any:
    """What a dotted name stands for there, without running the project's code."""
    first, *rest = name.split(".")
    known = frame.f_locals
    value = known[first] if first in known else frame.f_globals.get(first)
    for attribute in rest:
        if attribute == "acquire":
            break
        value = getattr_static(value, attribute, None)
    return value
