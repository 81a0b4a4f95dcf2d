"""Spans out of OTLP's protobuf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from agent_spy.wire.otlp.span import Attributes, Event, Origin, Refused, Span, check_ids


def read(body: bytes) -> Iterator[Span | Refused]:
    """The spans of an `ExportTraceServiceRequest`, one after another.

    Raises:
        ValueError: the body is no such message.
    """
    try:
        request = _outline().FromString(body)
    except DecodeError as error:
        raise ValueError(f"The body is no ExportTraceServiceRequest: {error}") from None
    return _spans(request)


def _spans(request: Any) -> Iterator[Span | Refused]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            try:
                attributes = _attributes(Resource.FromString(resource.resource).attributes)
                origin = Origin(attributes, InstrumentationScope.FromString(scope.scope).name)
            except DecodeError:
                yield from (Refused("its resource or scope cannot be read") for _ in scope.spans)
                continue
            for data in scope.spans:
                try:
                    span = trace_pb2.Span.FromString(data)
                except DecodeError as error:
                    yield Refused(f"a span cannot be read: {error}")
                else:
                    yield _span(span, origin)


@cache
def _outline() -> Any:
    """The request's message with the resource, the scope and each span left as bytes.

    One text that is no UTF-8 would spoil the whole of the real message. And objects of a whole
    body at once would take many times its size.
    """
    file = descriptor_pb2.FileDescriptorProto(name="agent_spy/outline.proto", syntax="proto3")
    types = descriptor_pb2.FieldDescriptorProto
    for name, number, inner, own in (
        ("ScopeSpans", 2, None, "scope"),
        ("ResourceSpans", 2, "ScopeSpans", "resource"),
        ("Request", 1, "ResourceSpans", None),
    ):
        message = file.message_type.add(name=name)
        if own:
            message.field.add(name=own, number=1, type=types.TYPE_BYTES, label=types.LABEL_OPTIONAL)
        message.field.add(
            name={"ScopeSpans": "spans", "ResourceSpans": "scope_spans"}.get(
                name, "resource_spans"
            ),
            number=number,
            label=types.LABEL_REPEATED,
            type=types.TYPE_MESSAGE if inner else types.TYPE_BYTES,
            type_name=f".{inner}" if inner else None,
        )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Request"))


def _span(span: trace_pb2.Span, origin: Origin) -> Span | Refused:
    try:
        check_ids(span.trace_id, span.span_id, span.parent_span_id)
        return Span(
            trace_id=span.trace_id,
            span_id=span.span_id,
            parent_id=span.parent_span_id.strip(b"\0") and span.parent_span_id,
            name=span.name,
            start=span.start_time_unix_nano,
            end=span.end_time_unix_nano,
            attributes=_attributes(span.attributes),
            events=[
                Event(event.name, event.time_unix_nano, _attributes(event.attributes))
                for event in span.events
            ],
            failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
            message=span.status.message,
            origin=origin,
        )
    except (ValueError, RecursionError) as error:
        return Refused(str(error))


def _attributes(pairs: Iterable[KeyValue]) -> Attributes:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    """Protobuf itself bounds how deep values may be nested, at a hundred levels."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    return getattr(value, kind)


def answer(rejected: int, message: str) -> bytes:
    """An `ExportTraceServiceResponse`."""
    response = ExportTraceServiceResponse()
    if rejected:
        response.partial_success.rejected_spans = rejected
        response.partial_success.error_message = message
    return response.SerializeToString()
