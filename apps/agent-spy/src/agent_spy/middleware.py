"""A request's id, its line in the log, its time, and its 500. Pure ASGI: microseconds each."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = structlog.get_logger()
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,128}")


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
        start, status = time.perf_counter(), 500
        scope["app"].state.follower.give_way()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identity
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - start
            _count(scope, status, seconds)
            logger.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * 1000, 2),
            )


class Faults:
    """Answers 500 to what nothing else answers.

    The framework's own place for it is outside of all middleware: such an answer has neither an id
    nor what a browser needs to read it. The error goes on, for the log.
    """

    def __init__(self, app: ASGIApp, *, debug: bool) -> None:
        self._app, self._debug = app, debug

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if scope["type"] == "http" and not started:
                told = {"detail": "Internal server error"}
                if self._debug:
                    told = {"detail": str(error), "type": type(error).__name__}
                await JSONResponse(told, status_code=500)(scope, receive, send)
            raise


def _count(scope: Scope, status: int, seconds: float) -> None:
    app: FastAPI = scope["app"]
    # The route's pattern and not the address: there are endless addresses.
    route = getattr(scope.get("route"), "path", "none") if status != 404 else "none"  # noqa: PLR2004
    method = scope["method"] if scope["method"] in _METHODS else "other"
    app.state.metrics.answered(method, route, status, seconds)
