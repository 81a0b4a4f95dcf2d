"""One SQL statement: its text, its shape, how long it took, and what of that was computing."""

from __future__ import annotations

import re
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from .places import here
from .record import Trace, current, now

_LONGEST = 2000
_STRING = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_HOLDER = re.compile(r"(?:\$|:|@)\w+(?:::\w+)?|%\(\w+\)s(?:::\w+)?|%s(?:::\w+)?")
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)")
_BATCH = 6
_open: ContextVar[Any] = ContextVar("agentpack_why_statement", default=None)


class Statement:
    """A statement that runs."""

    __slots__ = ("cpu", "place", "plan", "row", "start", "text", "token", "trace")

    def __init__(self, trace: Trace, text: str) -> None:
        self.trace = trace
        self.text = text
        self.place = here()
        self.start = now()
        self.cpu = -1.0
        self.plan: str | None = None
        self.row: list[Any] | None = None
        self.token: Any = None

    def used(self, cpu: float) -> None:
        """Add processor time of the thread that executes it."""
        self.cpu = max(0.0, self.cpu) + cpu

    def read(self, seconds: float) -> None:
        """Add the time in which its answer was read, row by row."""
        if self.row is not None:
            self.row[10] += seconds


@lru_cache(maxsize=500)
def shape(text: str) -> tuple[str, bool]:
    """A statement without its values, and whether it asks for many rows by a list of keys."""
    flat = " ".join(_NUMBER.sub("?", _HOLDER.sub("?", _STRING.sub("?", text))).split())
    batch = any(found.count("?") >= _BATCH for found in _LIST.findall(flat))
    return _LIST.sub("(?, …)", flat), batch


def begun(text: Any) -> Statement | None:
    """A statement begins; `None` outside of a request, and within another statement."""
    trace = current.get()
    if trace is None or _open.get() is not None:
        return None
    if not isinstance(text, str):
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    statement = Statement(trace, text)
    statement.token = _open.set(statement)
    return statement


def running() -> Statement | None:
    """The statement that was begun and has not ended."""
    found: Statement | None = _open.get()
    return found


def ended(statement: Statement | None) -> None:
    """It ends, or there was none."""
    if statement is None:
        return
    end = now()
    try:
        _open.reset(statement.token)
    except ValueError:
        _open.set(None)
    flat, batch = shape(statement.text[:_LONGEST])
    statement.row = [
        statement.start,
        end,
        statement.text[:_LONGEST],
        flat,
        batch,
        *(statement.place or (None, None, None)),
        statement.cpu,
        statement.plan,
        0.0,
    ]
    statement.trace.add(statement.trace.sql, statement.row)


def carried(trace: Trace, statement: Statement | None, function: Any) -> Any:
    """The function, to be called in a driver's own thread on behalf of a statement."""

    def call() -> Any:
        tokens = current.set(trace), _open.set(statement)
        start = time.thread_time()
        try:
            return function()
        finally:
            if statement is not None:
                statement.used(time.thread_time() - start)
            current.reset(tokens[0])
            _open.reset(tokens[1])

    return call
