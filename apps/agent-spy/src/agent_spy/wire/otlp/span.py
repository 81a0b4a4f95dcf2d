"""A span as both of OTLP's encodings give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

Attributes: TypeAlias = dict[str, Any]
"""Texts, numbers, booleans, bytes, and lists and objects of them, by name."""
TRACE_ID_LENGTH, SPAN_ID_LENGTH = 16, 8


class Event(msgspec.Struct):
    """Something that happened in a span. `time` is nanoseconds since 1970."""

    name: str
    time: int
    attributes: Attributes


class Origin(msgspec.Struct):
    """Where spans come from: the resource's attributes, and the name of the instrumentation."""

    resource: Attributes
    scope: str


class Span(msgspec.Struct):
    """One span. Times are nanoseconds since 1970, 0 where they are not told."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    name: str
    start: int
    end: int
    attributes: Attributes
    events: list[Event]
    failed: bool
    message: str
    origin: Origin


class Refused(msgspec.Struct):
    """A span that cannot be read, and why. It costs no other."""

    reason: str


def check_ids(trace_id: bytes, span_id: bytes, parent_id: bytes) -> None:
    """Refuse ids that OpenTelemetry calls invalid.

    Raises:
        ValueError: one has the wrong length, or is all zeros.
    """
    _check("trace id", trace_id, TRACE_ID_LENGTH)
    _check("span id", span_id, SPAN_ID_LENGTH)
    if parent_id and parent_id.strip(b"\0"):
        _check("parent span id", parent_id, SPAN_ID_LENGTH)


def _check(what: str, identity: bytes, length: int) -> None:
    if len(identity) != length:
        raise ValueError(f"the {what} has {len(identity)} bytes instead of {length}")
    if not identity.strip(b"\0"):
        raise ValueError(f"the {what} is all zeros")


def text(attributes: Mapping[str, Any], *names: str) -> str | None:
    """The first of these attributes that is a text with something in it."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return value
    return None
