"""Where OpenTelemetry's exporters send spans: OTLP over HTTP, as protobuf or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Header, HTTPException, Request, Response

from agent_spy.api.body import read_body
from agent_spy.api.caller import Only
from agent_spy.services.ingest import Outcome
from agent_spy.wire.encoding import KNOWN
from agent_spy.wire.otlp import json, protobuf
from agent_spy.wire.otlp.span import Refused, Span

router = APIRouter(tags=["ingest"])
_TOLD = 5
"""Reasons of one answer, and how long one may be: exporters write them into a log."""
_LONGEST_REASON = 200
_AS_OBJECTS = 4
"""How much of the memory for bodies a body takes besides its own size while it is read."""


class _Form(NamedTuple):
    """How bodies of a content type are read, and answered."""

    read: Callable[[bytes], Iterator[Span | Refused]]
    answer: Callable[[int, str], bytes]


_FORMS = {
    "application/x-protobuf": _Form(protobuf.read, protobuf.answer),
    "application/json": _Form(json.read, json.answer),
}


# The first is for OTEL_EXPORTER_OTLP_ENDPOINT, the second what LangSmith's SDKs append.
@router.post("/v1/traces")
@router.post("/otel/v1/traces")
async def traces(
    request: Request,
    only: Only,
    langsmith_project: Annotated[str | None, Header()] = None,
    langsmith_agent_id: Annotated[str | None, Header()] = None,
    langsmith_agent_environment: Annotated[str | None, Header()] = None,
) -> Response:
    """Take spans as runs. A span that cannot be read is counted in `partial_success`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = _FORMS.get(kind)
    if form is None:
        raise HTTPException(415, f"Content-Type {kind!r}: {' or '.join(_FORMS)} is read here")
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in KNOWN:
        raise HTTPException(415, f"Content-Encoding {encoding!r}: {', '.join(KNOWN)} are known")
    project = langsmith_project
    if langsmith_agent_id and langsmith_agent_environment:
        # The address that the SDK's runs carry, `lrn:agents/…`, names the same project.
        project = f"agents/{langsmith_agent_id}/environments/{langsmith_agent_environment}"
    body = await read_body(request)
    await request.state.body.decoded(_AS_OBJECTS * len(body))
    spans = form.read(body)
    outcome = await request.app.state.ingest.take_spans(spans, project, only=only)
    return Response(form.answer(len(outcome.errors), _reasons(outcome)), media_type=kind)


def _reasons(outcome: Outcome) -> str:
    told = (
        f"{error['id']}: {error['error']}".removeprefix(": ")[:_LONGEST_REASON]
        for error in outcome.errors[:_TOLD]
    )
    rest = len(outcome.errors) - _TOLD
    return "; ".join(told) + (f"; and {rest} more" if rest > 0 else "")
