"""The one place that turns exceptions into answers."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

logger = logging.getLogger(__name__)


def add_error_handler(app: FastAPI) -> None:
    """Answer 422 to what cannot be read, and 503 when the database cannot be used now."""
    for kind in (RequestValidationError, OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        # FastAPI's own answer repeats the input, and fails with 500 where that input is no
        # valid JSON text: a lone surrogate, NaN. So the input is not repeated.
        faults = [
            {"type": fault["type"], "loc": fault["loc"], "msg": fault["msg"]}
            for fault in error.errors()
        ]
        return JSONResponse({"detail": faults}, status_code=422)
    logger.error("%s %s: %s", request.method, request.url.path, error)
    return JSONResponse(
        {"detail": "The database is not available. Try again."},
        status_code=503,
        headers={"Retry-After": "1"},
    )
