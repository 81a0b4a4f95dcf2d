"""Values that a schema allows: the document's own examples first, else the plainest that fits."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from itertools import islice
from math import ceil, floor
from typing import Any

from agentpack.timing.requests.openapi.document import MalformedError, follow
from agentpack.timing.requests.openapi.pattern import candidates

_DEEPEST = 8
_BY_NAME = (("email", "email"), ("url", "uri"))
_STATED = ("example", "examples", "const", "default")
_FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/",
    "http-url": "https://example.com/",
    "byte": "YQ==",
    "base64": "YQ==",
    "binary": "a",
    "json-pointer": "/a",
    "regex": "a",
}


class UnknownValueError(Exception):
    """No value can be made up for a schema; the message says why."""


def stated(node: Mapping[str, Any]) -> Iterator[Any]:
    """The values that a parameter, a media type or a schema itself names: examples, default."""
    if "example" in node:
        yield node["example"]
    examples = node.get("examples")
    if isinstance(examples, list):
        yield from examples
    elif isinstance(examples, dict):
        for each in examples.values():
            if isinstance(each, dict) and "value" in each:
                yield each["value"]
    if "const" in node:
        yield node["const"]
    if node.get("default") is not None:
        yield node["default"]


def choices(document: Mapping[str, Any], schema: Any, depth: int = 0) -> Iterator[Any]:
    """The values of a schema that is an enumeration, or a choice or mixture with one."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    node = follow(document, schema)
    enum = node.get("enum")
    if isinstance(enum, list):
        yield from (value for value in enum if value is not None)
    elif node.get("type") == "boolean":
        yield from (False, True)
    for key in ("allOf", "anyOf", "oneOf"):
        for inner in _listed(node, key):
            yield from choices(document, inner, depth + 1)


def value(document: Mapping[str, Any], schema: Any, depth: int = 0) -> Any:
    """A value that fits the schema.

    Raises:
        UnknownValueError: none can be made up.
        MalformedError: the schema is not one.
    """
    if schema is True or schema == {}:
        return "a"
    node = follow(document, schema)
    if depth > _DEEPEST:
        raise UnknownValueError("its schema has no end")
    if isinstance(node.get("allOf"), list):
        node = _together(document, node)
    for named in stated(node):
        return named
    for named in islice(choices(document, {"enum": node.get("enum")}), 1):
        return named
    for key in ("anyOf", "oneOf"):
        if isinstance(node.get(key), list):
            return _first(document, node, node[key], depth)
    return _of_type(document, node, depth)


def hinted(document: Mapping[str, Any], name: str, schema: Any) -> Any:
    """The schema of something with this name: a plain text named `email` is an address."""
    if not isinstance(schema, dict):
        return schema
    node = follow(document, schema)
    if node.get("type") != "string" or "format" in node or "pattern" in node:
        return schema
    form = next((form for word, form in _BY_NAME if word in name.lower()), None)
    return schema if form is None else {**node, "format": form}


def _first(
    document: Mapping[str, Any], node: Mapping[str, Any], several: list[Any], depth: int
) -> Any:
    why = "its schema allows nothing"
    rest = {key: each for key, each in node.items() if key not in ("anyOf", "oneOf")}
    for inner in several:
        given = follow(document, inner)
        if given.get("type") == "null":
            continue
        merged = _merged(rest, given) if "properties" in rest or "type" in rest else given
        try:
            return value(document, merged, depth + 1)
        except UnknownValueError as error:
            why = str(error)
    if any(follow(document, inner).get("type") == "null" for inner in several):
        return None
    raise UnknownValueError(why)


def _together(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    own = {key: each for key, each in node.items() if key != "allOf"}
    made: Mapping[str, Any] = own
    for depth, inner in enumerate(node["allOf"]):
        given = follow(document, inner)
        if isinstance(given.get("allOf"), list) and depth < _DEEPEST:
            given = _together(document, given)
        made = _merged(made, given)
    return {**made, **{key: own[key] for key in _STATED if key in own}}


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    made = {**one, **other}
    for key in ("properties",):
        if isinstance(one.get(key), dict) and isinstance(other.get(key), dict):
            made[key] = {**one[key], **other[key]}
    if isinstance(one.get("required"), list) and isinstance(other.get("required"), list):
        made["required"] = [*one["required"], *other["required"]]
    return made


def _of_type(document: Mapping[str, Any], node: Mapping[str, Any], depth: int) -> Any:
    kind = node.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in node else "array" if "items" in node else "string"
    if kind == "object":
        return _object(document, node, depth)
    if kind == "array":
        count = _whole(node.get("minItems"), 0)
        return [value(document, node.get("items", {}), depth + 1) for _ in range(min(count, 100))]
    if kind in ("integer", "number"):
        return _number(node, whole=kind == "integer")
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    if kind == "string":
        return _text(node)
    raise MalformedError(f"there is no type {kind!r}")


def _object(document: Mapping[str, Any], node: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties = node.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    made = {}
    for name in _listed(node, "required"):
        inner = properties.get(name, {})
        if not (isinstance(inner, dict) and inner.get("readOnly") is True):
            made[str(name)] = value(document, hinted(document, str(name), inner), depth + 1)
    return made


def _number(node: Mapping[str, Any], *, whole: bool) -> int | float:
    step = node.get("multipleOf") or (1 if whole else 0)
    low, high = node.get("minimum"), node.get("maximum")
    gap = step or 0.5
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        limit = node.get(exclusive)
        if limit is True:
            limit = node.get(bound)
        if isinstance(limit, (int, float)) and limit is not False:
            if bound == "minimum":
                low = max(limit + gap, low if low is not None and low != limit else limit + gap)
            else:
                high = min(limit - gap, high if high is not None and high != limit else limit - gap)
    made = 1 if low is None else low
    if high is not None and made > high:
        made = high
    if step:
        made = ceil(made / step) * step
        if high is not None and made > high:
            made = floor(high / step) * step
    if (low is not None and made < low) or (high is not None and made > high):
        raise UnknownValueError(f"no number is from {low} to {high}")
    return int(made) if whole else made


def _text(node: Mapping[str, Any]) -> str:
    least, most = _whole(node.get("minLength"), 0), _whole(node.get("maxLength"), 1 << 20)
    pattern, made = node.get("pattern"), _FORMATS.get(str(node.get("format")))
    if isinstance(pattern, str):
        try:
            with warnings.catch_warnings():
                # Python warns of classes that it may read otherwise one day.
                warnings.simplefilter("ignore", FutureWarning)
                fits = re.compile(pattern)
        except re.error:
            raise UnknownValueError(f"its pattern {pattern!r} is not understood") from None
        tries = [*([made] if made else []), *candidates(pattern, least), "a" * max(1, least)]
        for text in tries:
            if least <= len(text) <= most and fits.search(text):
                return text
        raise UnknownValueError(f"no text was found for its pattern {pattern!r}")
    if made is not None and least <= len(made) <= most:
        return made
    if least > 100_000:  # noqa: PLR2004 - no example is that long
        raise UnknownValueError(f"its text has at least {least} letters")
    return ("a" * max(1, least))[:most]


def _whole(given: Any, otherwise: int) -> int:
    return given if isinstance(given, int) else otherwise


def _listed(node: Mapping[str, Any], key: str) -> list[Any]:
    given = node.get(key)
    return given if isinstance(given, list) else []
