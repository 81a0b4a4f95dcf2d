"""What is taken from an answer for later requests.

A place is `json` with steps into it (`json.items[0].id`, `json["odd key"]`, `json[-1]`),
`header.NAME`, `cookie.NAME`, or `text`, the whole body.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agentpack.lazy import lazy
from agentpack.timing.requests.encoding import decoded

_STEP = lazy(r"""\.([^.\[\]"'\s]+)|\[(-?\d+)\]|\["([^"]*)"\]|\['([^']*)'\]""")


def steps(place: str) -> tuple[str | int, ...] | None:
    """The way to a place: its kind, then names and numbers; `None` if it is no place."""
    kind = lazy(r"json|header|cookie|text").match(place)
    if not kind:
        return None
    found: list[str | int] = [kind[0]]
    position = kind.end()
    while position < len(place):
        step = _STEP.match(place, position)
        if not step:
            return None
        name = next((part for part in (step[1], step[3], step[4]) if part is not None), None)
        found.append(int(step[2]) if name is None else name)
        position = step.end()
    named = len(found) == 2 and isinstance(found[1], str)  # noqa: PLR2004 - kind and name
    right = {"json": True, "text": len(found) == 1}.get(kind[0], named)
    return tuple(found) if right else None


def take(place: str, headers: Sequence[tuple[str, str]], body: bytes) -> Any:
    """The value at a place of an answer.

    Raises:
        LookupError: it is not there; the message says how far the way went.
        ValueError: the body is not what its encoding says.
    """
    way = steps(place)
    if way is None:
        raise LookupError(f"{place!r} is no place in an answer")
    kind, *rest = way
    if kind == "text":
        return decoded(headers, body).decode(errors="replace")
    if kind == "header":
        for name, value in headers:
            if name.lower() == str(rest[0]).lower():
                return value
        raise LookupError(f"the answer has no header {rest[0]}")
    if kind == "cookie":
        for name, value in headers:
            cookie = value.partition(";")[0]
            if name.lower() == "set-cookie" and cookie.partition("=")[0].strip() == rest[0]:
                return cookie.partition("=")[2].strip()
        raise LookupError(f"the answer sets no cookie {rest[0]}")
    plain = decoded(headers, body)
    try:
        value = json.loads(plain)
    except ValueError:
        raise LookupError("the answer's body is not JSON") from None
    return _walk(value, rest)


def _walk(value: Any, rest: Sequence[str | int]) -> Any:
    way = "json"
    for step in rest:
        fault = _missing(value, step)
        if fault:
            raise LookupError(f"{way} {fault}")
        value = value[step]
        way += f"[{step}]" if isinstance(step, int) else f".{step}"
    return value


def _missing(value: Any, step: str | int) -> str | None:
    if isinstance(step, int):
        if not isinstance(value, list):
            return f"is {_kind(value)}, not a list"
        inside = -len(value) <= step < len(value)
        return None if inside else f"has {len(value)} items, and no [{step}]"
    if not isinstance(value, dict):
        return f"is {_kind(value)}, not an object"
    return None if step in value else f"has no {step!r}, but: {', '.join(list(value)[:8])}"


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return names.get(type(value), "a number" if not isinstance(value, bool) else "true or false")
