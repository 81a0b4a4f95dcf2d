"""The OpenAPI document: what FastAPI knows of the routes, and what it cannot see.

Routes read bodies with payloads by hand and give out bytes, so that no payload is parsed in vain.
Here stands what those bodies and answers are, once for each; an operation that is not there, or
is no longer served, fails when the document is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from agent_spy.schemas import dashboard, feedback, runs, service
from agent_spy.settings import Settings

Schema: TypeAlias = dict[str, Any]
_REF = "#/components/schemas/{model}"
_MODELS: tuple[type[BaseModel], ...] = (
    service.Fault, service.Health, service.Ready, service.Live, service.Info, service.Project,
    runs.RunCreate, runs.RunUpdate, runs.Taken, runs.RunResponse, runs.RunPage, runs.RunV2,
    runs.PageV2, runs.TracePageV2, runs.Stats, runs.ThreadPage, runs.Sums, runs.Share,
    runs.ShareToken,
    dashboard.RootRunsResponse, dashboard.RunHierarchyResponse, dashboard.Summary,
    feedback.FeedbackCreate, feedback.FeedbackUpdate, feedback.FeedbackResponse,
)  # fmt: skip


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": _REF.format(model=model.__name__)}


def _list(model: type[BaseModel]) -> Schema:
    return {"type": "array", "items": _ref(model)}


_BINARY: Schema = {"type": "string", "format": "binary"}
_ANSWERS: dict[str, Schema] = {
    "GET /health": _ref(service.Health),
    "GET /health/ready": _ref(service.Ready),
    "GET /health/live": _ref(service.Live),
    "GET PREFIX/info": _ref(service.Info),
    "POST PREFIX/runs/multipart": _ref(runs.Taken),
    "POST PREFIX/runs/batch": _ref(runs.Taken),
    "POST PREFIX/runs": _ref(runs.Taken),
    "PATCH PREFIX/runs/{run_id}": _ref(runs.Taken),
    "GET PREFIX/runs/{run_id}": _ref(runs.RunResponse),
    "POST PREFIX/runs/query": _ref(runs.RunPage),
    "POST PREFIX/runs/stats": _ref(runs.Stats),
    "PUT PREFIX/runs/{run_id}/share": _ref(runs.Share),
    "GET PREFIX/public/{token}/run": _ref(runs.RunResponse),
    "GET PREFIX/public/{token}/run/{run_id}": _ref(runs.RunResponse),
    "POST PREFIX/public/{token}/runs/query": _ref(runs.RunPage),
    "GET PREFIX/public/{token}/feedbacks": _list(feedback.FeedbackResponse),
    "POST PREFIX/feedback": _ref(feedback.FeedbackResponse),
    "GET PREFIX/feedback": _list(feedback.FeedbackResponse),
    "GET PREFIX/feedback/{feedback_id}": _ref(feedback.FeedbackResponse),
    "PATCH PREFIX/feedback/{feedback_id}": _ref(feedback.FeedbackResponse),
    "GET PREFIX/sessions": _list(service.Project),
    "POST PREFIX/sessions": _ref(service.Project),
    "GET PREFIX/sessions/{project_id}": _ref(service.Project),
    "PATCH PREFIX/sessions/{project_id}": _ref(service.Project),
    "GET PREFIX/dashboard/runs/roots": _ref(dashboard.RootRunsResponse),
    "GET PREFIX/dashboard/runs/{trace_id}/hierarchy": _ref(dashboard.RunHierarchyResponse),
    "GET PREFIX/dashboard/stats/summary": _ref(dashboard.Summary),
    "POST /api/v2/runs/query": _ref(runs.PageV2),
    "GET /api/v2/runs/{run_id}": _ref(runs.RunV2),
    "GET /api/v2/public/{token}/run/{run_id}": _ref(runs.RunV2),
    "POST /api/v2/public/{token}/runs/query": _ref(runs.PageV2),
    "POST /api/v2/traces/query": _ref(runs.TracePageV2),
    "GET /api/v2/traces/{trace_id}/runs": _ref(runs.PageV2),
    "POST /api/v2/threads/query": _ref(runs.ThreadPage),
    "POST /api/v2/threads/stats": _ref(runs.Sums),
    "GET /api/v2/threads/{name}/traces": _ref(runs.PageV2),
    "GET /api/v2/threads/{name}/stats": _ref(runs.Sums),
}
"""What an operation answers, as JSON."""
_OTHER_ANSWERS: dict[str, str] = {
    "GET /metrics": "text/plain",
    "GET PREFIX/attachments/{run_id}/{name}": "*/*",
    "POST PREFIX/v1/traces": "application/x-protobuf",
    "POST PREFIX/otel/v1/traces": "application/x-protobuf",
}
"""What is answered in another form."""


def _messages(model: type[BaseModel]) -> Schema:
    # Each is judged by itself: one that cannot be understood is refused, and costs no other.
    return {"type": ["array", "null"], "items": {"anyOf": [_ref(model), {}]}}


_BATCH: Schema = {
    "type": "object",
    "properties": {"post": _messages(runs.RunCreate), "patch": _messages(runs.RunUpdate)},
}
_PARTS: Schema = {
    "type": "object",
    "description": (
        "Parts by name: `post.ID` and `patch.ID` with a run as JSON; `post.ID.inputs`, and so on"
        " for outputs, events, extra, error and serialized, with a payload that is left out"
        " there; `attachment.ID.NAME` with a file; `feedback.ID`. In any order, and with any"
        " `Content-Encoding` of gzip, deflate and zstd. A part that cannot be understood is"
        " refused by itself."
    ),
    "additionalProperties": True,
}
_BODIES: dict[str, tuple[str, Schema]] = {
    "POST PREFIX/runs/multipart": ("multipart/form-data", _PARTS),
    "POST PREFIX/runs/batch": ("application/json", _BATCH),
    "POST PREFIX/runs": ("application/json", _ref(runs.RunCreate)),
    "PATCH PREFIX/runs/{run_id}": ("application/json", _ref(runs.RunUpdate)),
    "POST PREFIX/v1/traces": ("application/x-protobuf", _BINARY),
    "POST PREFIX/otel/v1/traces": ("application/x-protobuf", _BINARY),
    "PUT PREFIX/runs/{run_id}/share": ("application/json", _ref(runs.ShareToken)),
    "POST PREFIX/feedback": ("application/json", _ref(feedback.FeedbackCreate)),
    "PATCH PREFIX/feedback/{feedback_id}": ("application/json", _ref(feedback.FeedbackUpdate)),
}
_MAY_BE_EMPTY = {"PUT PREFIX/runs/{run_id}/share"}
_FAULTS = {
    400: "A value that cannot be read: a filter, a time, a cursor, a body",
    401: "No key, or a wrong one",
    403: "The key does not open this",
    404: "There is no such thing, or it is not for this key to see",
    408: "The body did not arrive in time",
    409: "There is such a thing already",
    413: "The body is larger than `/info` allows",
    415: "A type or an encoding that is not known",
    422: "A value of the wrong kind, or what only LangSmith's cloud can do",
    503: "The database cannot be used now; `Retry-After` tells when to come again",
}
_OPEN = ("/health",)
_SCHEMES: dict[str, Schema] = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
    "Password": {
        "type": "http",
        "scheme": "basic",
        "description": "Any name, the key as password; from other sites only for what reads",
    },
}


def document(app: FastAPI, settings: Settings) -> None:
    """Let `/openapi.json` and `/docs` tell everything."""
    plain = app.openapi

    def whole() -> Schema:
        if app.openapi_schema is None:
            _complete(plain(), settings)
        return plain()

    app.openapi = whole  # type: ignore[method-assign]


def _complete(schema: Schema, settings: Settings) -> None:
    components = schema.setdefault("components", {})
    _, found = models_json_schema([(model, "validation") for model in _MODELS], ref_template=_REF)
    known = components.setdefault("schemas", {})
    if twice := set(known) & set(found["$defs"]):
        raise KeyError(f"two models of one name: {', '.join(sorted(twice))}")
    known |= found["$defs"]
    operations = dict(_operations(schema, settings))
    if unknown := {*_ANSWERS, *_BODIES, *_OTHER_ANSWERS} - set(operations):
        raise KeyError(f"described, but not served: {', '.join(sorted(unknown))}")
    for name, operation in operations.items():
        _describe(name, operation, settings)
    if settings.require_auth:
        components["securitySchemes"] = _SCHEMES


def _operations(schema: Schema, settings: Settings) -> Iterator[tuple[str, Schema]]:
    for path, methods in schema["paths"].items():
        shown = path
        if settings.api_prefix and path.startswith(settings.api_prefix + "/"):
            shown = "PREFIX" + path.removeprefix(settings.api_prefix)
        for method, operation in methods.items():
            yield f"{method.upper()} {shown}", operation


def _describe(name: str, operation: Schema, settings: Settings) -> None:
    method, _, path = name.partition(" ")
    answers = operation["responses"]
    success = next(answer for status, answer in answers.items() if status.startswith("2"))
    if name in _ANSWERS:
        success["content"] = {"application/json": {"schema": _ANSWERS[name]}}
    elif name in _OTHER_ANSWERS:
        success["content"] = {_OTHER_ANSWERS[name]: {"schema": _BINARY}}
    if name in _BODIES:
        kind, body = _BODIES[name]
        operation["requestBody"] = {
            "required": name not in _MAY_BE_EMPTY,
            "content": {kind: {"schema": body}},
        }
    guarded = settings.require_auth and not path.startswith(_OPEN)
    if path.startswith(_OPEN) and "503" in answers:
        answers["503"]["content"] = success["content"]  # it says what is not well
    for status in _statuses(method, path, operation, guarded=guarded):
        answers[str(status)] = {
            "description": _FAULTS[status],
            "content": {"application/json": {"schema": _ref(service.Fault)}},
        }
    if guarded:
        operation["security"] = [{scheme: []} for scheme in _SCHEMES]


def _statuses(method: str, path: str, operation: Schema, *, guarded: bool) -> set[int]:
    """The faults that an operation may answer."""
    if path.startswith(_OPEN):
        return set()
    found = {400, 503}
    if guarded:
        found |= {401, 403}
    if "requestBody" in operation:
        found |= {408, 413, 422}
    if "parameters" in operation:
        found.add(422)
    if "{" in path or path.endswith("/resolutions"):
        found.add(404)
    if path.endswith("/v1/traces"):
        found.add(415)
    if path == "PREFIX/feedback":
        found.add(404)
    if method in {"POST", "PATCH", "PUT"} and ("/sessions" in path or "/share" in path):
        found.add(409)
    return found
