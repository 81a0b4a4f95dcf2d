"""The one place that turns exceptions into answers: problem details as in RFC 9457."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from sre_triage.services.incidents import ChangedMeanwhileError
from sre_triage.services.logs import MAX_LOG_BYTES, LogTooLargeError

# Connections are made outside of SQLAlchemy's wrapping, hence the last.
_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
_PASSING = ("08", "53", "55", "57", "58")
"""Classes of PostgreSQL's errors: connection, resources, locks, the operator, the system."""

logger = structlog.stdlib.get_logger(__name__)


class ProblemResponse(JSONResponse):
    """An answer whose body is a problem."""

    media_type = "application/problem+json"


def add_error_handlers(app: FastAPI) -> None:
    """Answer 4xx to what a client got wrong, and 503 while the database cannot be used."""
    for kind in _DATABASE_AWAY:
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(DBAPIError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ChangedMeanwhileError, _changed)
    app.add_exception_handler(LogTooLargeError, _too_large)


def body_too_large(request: Request) -> Response:
    """Answer 413 to a body beyond the limit of its route."""
    return _problem(request, 413, "The body is longer than this address takes.")


def internal_error(request: Request) -> Response:
    """Answer 500 and tell nothing of what went wrong: the log has it, under the request's id."""
    return _problem(request, 500, "Something went wrong here. The log tells what.")


def _problem(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": request.state.request_id,
        **more,
    }
    return ProblemResponse(body, status_code=status, headers=headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(request)
    return _problem(request, error.status_code, str(error.detail), headers=headers)


def _allowed(request: Request) -> str:
    """List every method of the address; the router names those of the first route alone."""
    return ", ".join(
        method
        for method in ("GET", "POST", "PATCH")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # FastAPI's own answer repeats the input, and fails with 500 where that input is no
    # valid JSON text: a lone surrogate, NaN. So the input is not repeated.
    faults = [
        {"type": fault["type"], "loc": fault["loc"], "msg": fault["msg"]}
        for fault in error.errors()
    ]
    return _problem(request, 422, "The request cannot be read as described.", errors=faults)


async def _changed(request: Request, _error: Exception) -> Response:
    """412 to who named a version, as HTTP has it; 409 to who did not."""
    status = 412 if "If-Match" in request.headers else 409
    return _problem(request, status, "The incident was changed meanwhile. Read it again.")


async def _too_large(request: Request, _error: Exception) -> Response:
    return _problem(request, 413, f"A log may have {MAX_LOG_BYTES} bytes.")


async def _refused(request: Request, error: Exception) -> Response:
    """Tell a server that cannot now from a statement that is wrong."""
    code = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    if code.startswith(_PASSING):
        return await _unavailable(request, error)
    raise error


async def _unavailable(request: Request, error: Exception) -> Response:
    logger.error("the database is not available", error=str(error))
    return _problem(
        request,
        503,
        "The database is not available. Try again.",
        headers={"Retry-After": "1"},
    )
