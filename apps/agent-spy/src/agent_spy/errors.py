"""The one place that turns exceptions into answers."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from agent_spy.storage.writer import UnavailableError
from agent_spy.wire.encoding import BodyTooLargeError

logger = structlog.get_logger()

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_WRONG_VALUE = "22"
_PASSING = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, rollback, resources, locks, the operator, the system."""
UNAVAILABLE = (UnavailableError, OperationalError, InterfaceError, PoolTimeoutError)
"""What is raised while the database can't be used."""


class NotFoundError(Exception):
    """There is no such thing, or it is not for this key to see."""


class UnsupportedError(Exception):
    """LangSmith's cloud can do this, this server cannot."""


class ForbiddenError(Exception):
    """The key may not do it."""


class ConflictError(Exception):
    """There is such a thing already."""


def add_error_handlers(app: FastAPI) -> None:
    """Answer 4xx to what a client got wrong, and 503 while the database can't be used.

    The rest is 500 (`agent_spy.middleware.Faults`).
    """
    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(ValueError, _bad)
    app.add_exception_handler(NotFoundError, _missing)
    app.add_exception_handler(ConflictError, _conflict)
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(UnsupportedError, _unsupported)
    app.add_exception_handler(DBAPIError, _refused)
    app.add_exception_handler(BodyTooLargeError, _too_large)
    app.add_exception_handler(ClientDisconnect, _gone)


async def unavailable(_request: Request, error: Exception) -> Response:
    """Ask the client to come again."""
    logger.error("the database is not available", error=str(error))
    return JSONResponse(
        {"detail": "The database is not available. Try again."},
        status_code=503,
        headers={"Retry-After": "1"},
    )


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for no other
    # FastAPI's own answer repeats the input, and fails with 500 where that is no valid text.
    faults = [{"type": e["type"], "loc": e["loc"], "msg": e["msg"]} for e in error.errors()]
    return JSONResponse({"detail": faults}, status_code=422)


async def _wrong_method(request: Request, _error: Exception) -> Response:
    # The framework names the methods of the one route that it met first.
    allowed = [method for method in _METHODS if _serves(request, method)]
    return JSONResponse(
        {"detail": "Method Not Allowed"}, status_code=405, headers={"Allow": ", ".join(allowed)}
    )


def _serves(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] == Match.FULL for route in request.app.router.routes)


async def _bad(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=400)


async def _missing(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error) or "Not found"}, status_code=404)


async def _forbidden(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=403)


async def _conflict(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=409)


async def _unsupported(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=422)


async def _refused(request: Request, error: Exception) -> Response:
    """PostgreSQL tells by a code whether the value was wrong or the server."""
    code = str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
    if code.startswith(_WRONG_VALUE):
        return JSONResponse({"detail": "A value that the database cannot hold"}, status_code=400)
    if code.startswith(_PASSING):
        return await unavailable(request, error)
    raise error


async def _too_large(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"detail": "The body is larger than /info allows"}, status_code=413)


async def _gone(_request: Request, _error: Exception) -> Response:
    """For the log: whom it was for has left."""
    return JSONResponse({"detail": "The body broke off"}, status_code=400)
