"""Spans out of OTLP's JSON: ids are hexadecimal, 64-bit integers are texts or numbers."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from agent_spy.wire.otlp.span import Attributes, Event, Origin, Refused, Span, check_ids

_FAILED = (2, "STATUS_CODE_ERROR")
_DEEPEST = 100
"""Levels of a value, as many as protobuf allows."""


class _Value(msgspec.Struct, rename="camel"):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: str | int | None = None
    double_value: float | str | None = None
    array_value: _Array | None = None
    kvlist_value: _List | None = None
    bytes_value: str | None = None


class _Array(msgspec.Struct):
    values: list[_Value] = []


class _Pair(msgspec.Struct):
    key: str
    value: _Value | None = None


class _List(msgspec.Struct):
    values: list[_Pair] = []


class _Event(msgspec.Struct, rename="camel"):
    name: str = ""
    time_unix_nano: str | int = 0
    attributes: list[_Pair] = []


class _Status(msgspec.Struct):
    code: int | str = 0
    message: str = ""


class _Span(msgspec.Struct, rename="camel"):
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    name: str = ""
    start_time_unix_nano: str | int = 0
    end_time_unix_nano: str | int = 0
    attributes: list[_Pair] = []
    events: list[_Event] = []
    status: _Status | None = None


class _Named(msgspec.Struct):
    name: str = ""


class _ScopeSpans(msgspec.Struct):
    scope: _Named | None = None
    spans: list[msgspec.Raw] = []


class _Resource(msgspec.Struct):
    attributes: list[_Pair] = []


class _ResourceSpans(msgspec.Struct, rename="camel"):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] = []


class _Request(msgspec.Struct, rename="camel"):
    resource_spans: list[_ResourceSpans] = []


_read_request = msgspec.json.Decoder(_Request).decode
_read_span = msgspec.json.Decoder(_Span).decode


def read(body: bytes) -> Iterator[Span | Refused]:
    """The spans of an `ExportTraceServiceRequest` in JSON.

    Raises:
        ValueError: the body is no such object.
    """
    try:
        request = _read_request(body)
        origins = [
            (_attributes(one.resource.attributes if one.resource else ()), one.scope_spans)
            for one in request.resource_spans
        ]
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The body is no ExportTraceServiceRequest: {error}") from None
    return (
        _span(data, Origin(resource, scope.scope.name if scope.scope else ""))
        for resource, scopes in origins
        for scope in scopes
        for data in scope.spans
    )


def _span(data: msgspec.Raw, origin: Origin) -> Span | Refused:
    try:
        span = _read_span(data)
        ids = (span.trace_id, span.span_id, span.parent_span_id or "")
        trace_id, span_id, parent_id = map(bytes.fromhex, ids)
        check_ids(trace_id, span_id, parent_id)
        return Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_id=parent_id.strip(b"\0") and parent_id,
            name=span.name,
            start=int(span.start_time_unix_nano),
            end=int(span.end_time_unix_nano),
            attributes=_attributes(span.attributes),
            events=[
                Event(event.name, int(event.time_unix_nano), _attributes(event.attributes))
                for event in span.events
            ],
            failed=span.status is not None and span.status.code in _FAILED,
            message=span.status.message if span.status else "",
            origin=origin,
        )
    except (ValueError, RecursionError) as error:
        return Refused(f"a span cannot be read: {error}")


def _attributes(pairs: Iterable[_Pair], depth: int = 0) -> Attributes:
    return {pair.key: _value(pair.value, depth) for pair in pairs}


def _value(value: _Value | None, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError(f"a value is nested deeper than {_DEEPEST} levels")
    if value is None:
        return None
    if value.string_value is not None:
        return value.string_value
    if value.bool_value is not None:
        return value.bool_value
    if value.int_value is not None:
        return int(value.int_value)
    if value.double_value is not None:
        return float(value.double_value)
    if value.array_value is not None:
        return [_value(item, depth + 1) for item in value.array_value.values]
    if value.kvlist_value is not None:
        return _attributes(value.kvlist_value.values, depth + 1)
    return None if value.bytes_value is None else base64.b64decode(value.bytes_value)


def answer(rejected: int, message: str) -> bytes:
    """An `ExportTraceServiceResponse` in JSON."""
    if not rejected:
        return b"{}"
    told = {"rejectedSpans": str(rejected), "errorMessage": message}
    return msgspec.json.encode({"partialSuccess": told})
