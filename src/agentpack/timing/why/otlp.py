"""Spans out of an OTLP trace request, in protobuf's wire format.

Only what is needed is read: the names and numbers of opentelemetry/proto/trace/v1/trace.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class OtelSpan:
    """A span, with its times in nanoseconds of the system's clock."""

    trace_id: str
    name: str
    start_ns: int
    end_ns: int


class MalformedError(ValueError):
    """Not a protobuf message."""


def spans_of(message: bytes) -> list[OtelSpan]:
    """All spans of an `ExportTraceServiceRequest`.

    Raises:
        MalformedError: the bytes are no such message.

    """
    found = []
    for resource in _messages(message, 1):
        for scope in _messages(resource, 2):
            found += [_span(span) for span in _messages(scope, 2)]
    return found


def _span(message: bytes) -> OtelSpan:
    values = dict(_fields(message))
    trace_id, name = values.get(1, b""), values.get(5, b"")
    start, end = values.get(7, 0), values.get(8, 0)
    if not (isinstance(trace_id, bytes) and isinstance(name, bytes)):
        raise MalformedError("a span's name is no text")
    if not (isinstance(start, int) and isinstance(end, int)):
        raise MalformedError("a span's time is no number")
    return OtelSpan(trace_id.hex(), name.decode(errors="replace"), start, end)


def _messages(message: bytes, number: int) -> Iterator[bytes]:
    for field, value in _fields(message):
        if field == number and isinstance(value, bytes):
            yield value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in {_FIXED64, _FIXED32}:
            size = 8 if kind == _FIXED64 else 4
        else:
            raise MalformedError(f"wire type {kind}")
        value = message[at : at + size]
        if len(value) != size:
            raise MalformedError("cut off")
        at += size
        yield key >> 3, value if kind == _BYTES else int.from_bytes(value, "little")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    for index in range(at, min(at + 10, len(message))):
        byte = message[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, index + 1
        shift += 7
    raise MalformedError("cut off")
