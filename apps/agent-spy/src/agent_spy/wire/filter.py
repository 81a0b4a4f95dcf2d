"""LangSmith's filter language: `and(eq(run_type, "llm"), gt(latency, "5s"))`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
      | (?P<mark>[(),\[\]])
    )""",
    re.VERBOSE,
)
_WORDS = {"null": None, "none": None, "true": True, "false": False}
_DEEPEST = 50
_LONGEST = 20_000


class FilterError(ValueError):
    """A filter that cannot be read; the text says where."""


@dataclass(frozen=True, slots=True)
class Field:
    """The name of what is compared."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator and what it is given."""

    operator: str
    arguments: tuple[Argument, ...]


Argument: TypeAlias = "Call | Field | str | int | float | bool | None | tuple[Argument, ...]"


def parse(text: str) -> Call:
    """Read a filter.

    Raises:
        FilterError: it is none.
    """
    if len(text) > _LONGEST:
        raise FilterError(f"a filter of more than {_LONGEST} characters")
    reader = _Reader(text)
    found = reader.argument(0)
    if not isinstance(found, Call):
        raise FilterError('a filter is a call, such as eq(name, "x")')
    reader.end()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def argument(self, depth: int) -> Argument:
        if depth > _DEEPEST:
            raise FilterError(f"a filter nested deeper than {_DEEPEST}")
        kind, value = self._next()
        if kind == "text":
            return _unquote(value)
        if kind == "number":
            return float(value) if re.search(r"[.eE]", value) else int(value)
        if value == "[":
            return self._list("]", depth)
        if kind != "word":
            raise self._fault(f"{value!r} where a value should be")
        if self._peek() == "(":
            self._next()
            return Call(value.lower(), self._list(")", depth))
        if value.lower() in _WORDS:
            return _WORDS[value.lower()]
        return Field(value)

    def end(self) -> None:
        if self._text[self._at :].strip():
            raise self._fault("more behind the end")

    def _list(self, closing: str, depth: int) -> tuple[Argument, ...]:
        found: list[Argument] = []
        if self._peek() == closing:
            self._next()
            return ()
        while True:
            found.append(self.argument(depth + 1))
            _, mark = self._next()
            if mark == closing:
                return tuple(found)
            if mark != ",":
                raise self._fault(f"{mark!r} where ',' or {closing!r} should be")

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        return found[0].strip() if found else ""

    def _next(self) -> tuple[str, str]:
        found = _TOKEN.match(self._text, self._at)
        if not found or not found.lastgroup:
            raise self._fault("it cannot be read")
        self._at = found.end()
        return found.lastgroup, found[found.lastgroup]

    def _fault(self, message: str) -> FilterError:
        return FilterError(f"filter: {message}, at character {self._at + 1}")


def _unquote(text: str) -> str:
    inside = text[1:-1]
    if text[0] == "'":
        inside = inside.replace("\\'", "'").replace('"', '\\"')
    try:
        found: Any = json.loads(f'"{inside}"', strict=False)
    except ValueError:
        return inside
    return str(found)
