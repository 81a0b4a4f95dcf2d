"""A request's id, its line in the log, and its errors. Pure ASGI: it costs microseconds."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sre_triage.errors import body_too_large, internal_error

_TOO_LARGE = 413
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,128}")

logger = structlog.stdlib.get_logger(__name__)


class RequestLog:
    """Gives each request an id, unless it brings one, and logs it once it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        identity = given if _GIVEN.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = identity
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identity)
        start, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identity
                _log(scope, status, time.perf_counter() - start)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            # Here and not in a handler of `Exception`: that one answers outside of every
            # middleware, so its 500 would have no id.
            logger.exception("unexpected")
            if status:
                raise
            await internal_error(Request(scope))(scope, receive, answer)


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Log the answer as it begins: background tasks are no part of its time."""
    logger.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        duration_ms=round(seconds * 1000, 2),
    )


class BodyLimitProblems:
    """Makes a problem of what FastAPI's limit of bodies answers by itself, in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == _TOO_LARGE:
                kind = Headers(raw=message["headers"]).get("content-type", "")
                refused = kind.startswith("text/plain")
            if not refused:
                await send(message)

        await self._app(scope, receive, answer)
        if refused:
            await body_too_large(Request(scope))(scope, receive, send)
