"""LangSmith's filter language: `and(eq(run_type, "llm"), gt(latency, "5s"))`."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
      | (?P<mark>[(),\[\]])
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_HALVES = re.compile("[\ud800-\udfff]")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS = {"null": None, "none": None, "true": True, "false": False}
_GREATEST = (1 << 63) - 1
_DEEPEST = 50
_LONGEST = 20_000
_MOST_CALLS = 300
_MOST_ITEMS = 500


class FilterError(ValueError):
    """A filter that cannot be read; the text says where."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"filter: {message}, at character {at + 1}")


@dataclass(frozen=True, slots=True)
class Field:
    """The name of what is compared."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """An operator and what it is given; `at` is its place in the filter's text."""

    operator: str
    arguments: tuple[Argument, ...]
    at: int = field(default=0, compare=False)


Argument: TypeAlias = "Call | Field | str | int | float | bool | tuple[Argument, ...] | None"


def parse(text: str) -> Call:
    """Read a filter.

    Raises:
        FilterError: it is none.
    """
    if len(text) > _LONGEST:
        raise FilterError(f"longer than {_LONGEST} characters", _LONGEST)
    reader = _Reader(text)
    found = reader.argument(0)
    if not isinstance(found, Call):
        raise FilterError('a filter is a call, such as eq(name, "x")', 0)
    reader.end()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._start, self._calls = text, 0, 0, 0

    def argument(self, depth: int) -> Argument:
        kind, value = self._next()
        start = self._start
        if depth > _DEEPEST:
            self._fault(f"nested deeper than {_DEEPEST}")
        if kind == "text":
            return self._unquote(value)
        if kind == "number":
            return self._number(value)
        if value == "[":
            return self._list("]", depth)
        if kind != "word":
            self._fault(f"{value!r} where a value should be")
        if self._peek() == "(":
            self._next()
            self._calls += 1
            if self._calls > _MOST_CALLS:
                self._fault(f"more than {_MOST_CALLS} calls")
            return Call(value.lower(), self._list(")", depth), start)
        if value.lower() in _WORDS:
            return _WORDS[value.lower()]
        return Field(value, start)

    def end(self) -> None:
        if self._text[self._at :].strip():
            self._start = self._skip()
            self._fault("more behind the end")

    def _list(self, closing: str, depth: int) -> tuple[Argument, ...]:
        found: list[Argument] = []
        if self._peek() == closing:
            self._next()
            return ()
        while True:
            found.append(self.argument(depth + 1))
            if len(found) > _MOST_ITEMS:
                self._fault(f"a list of more than {_MOST_ITEMS}")
            _, mark = self._next()
            if mark == closing:
                return tuple(found)
            if mark != ",":
                self._fault(f"{mark!r} where ',' or {closing!r} should be")

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        return found[0].strip() if found else ""

    def _next(self) -> tuple[str, str]:
        self._start = self._skip()
        found = _TOKEN.match(self._text, self._at)
        if not found or not found.lastgroup:
            what = self._text[self._start : self._start + 1]
            self._fault(f"{what!r} cannot be read" if what else "it breaks off")
        self._at = found.end()
        return found.lastgroup, found[found.lastgroup]

    def _skip(self) -> int:
        space = _SPACE.match(self._text, self._at)
        return space.end() if space else self._at

    def _number(self, text: str) -> float:
        if not re.search(r"[.eE]", text):
            whole = int(text)
            # No column holds a greater one, so that comparing with the greatest is the same.
            return max(-_GREATEST, min(whole, _GREATEST))
        value = float(text)
        if not math.isfinite(value):
            self._fault("a number too great")
        return value

    def _unquote(self, text: str) -> str:
        value = _ESCAPE.sub(_unescape, text[1:-1])
        if _HALVES.search(value):
            try:  # two escapes may make up one character
                value = value.encode("utf-16", "surrogatepass").decode("utf-16")
            except UnicodeDecodeError:
                self._fault("half a character")
        if "\0" in value:
            self._fault("a NUL, which no text holds")
        return value

    def _fault(self, message: str) -> NoReturn:
        raise FilterError(message, self._start)


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) > 1:
        loaded: Any = json.loads(f'"\\{code}"')
        return str(loaded)
    return _ESCAPED.get(code, code)
