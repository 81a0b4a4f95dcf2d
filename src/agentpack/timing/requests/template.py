"""Text with `${name}` in it, and the values that go there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from agentpack.lazy import lazy
from agentpack.timing.requests.given import FromEnvironment, joined

HOLE = lazy(r"\$\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)\}")


def names(value: Any) -> Iterator[str]:
    """The names that a text, or any text in a list or a mapping, asks for."""
    if isinstance(value, str):
        for match in HOLE.finditer(value):
            yield match[1]
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from names(key)
            yield from names(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from names(inner)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """`text` with its holes filled; what is secret in a value stays marked as such."""
    pieces: list[str] = []
    end = 0
    for match in HOLE.finditer(text):
        pieces += [text[end : match.start()], as_text(values[match[1]])]
        end = match.end()
    return joined("", [*pieces, text[end:]])


def fill_all(value: Any, values: Mapping[str, Any]) -> Any:
    """A JSON value with its holes filled. A text that is one hole takes the value's own type."""
    if isinstance(value, str):
        whole = HOLE.fullmatch(value)
        return values[whole[1]] if whole else str(fill(value, values))
    if isinstance(value, Mapping):
        return {fill(key, values): fill_all(inner, values) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill_all(inner, values) for inner in value]
    return value


def as_text(value: Any) -> str:
    """A value as it stands in a URL, a header or a form."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def hidden(text: str, values: Mapping[str, Any]) -> str:
    """Like `fill`, for a header: what goes into a hole is shown by its name only."""
    pieces: list[str] = []
    end = 0
    for match in HOLE.finditer(text):
        value = as_text(values[match[1]])
        if not isinstance(value, FromEnvironment):
            value = FromEnvironment(value, f"${{{match[1]}}}")
        pieces += [text[end : match.start()], value]
        end = match.end()
    return joined("", [*pieces, text[end:]])
