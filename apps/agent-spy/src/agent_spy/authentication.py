"""Who may come in. It stands before the routes, so that none can be forgotten."""

from __future__ import annotations

import base64
import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_spy.errors import UNAVAILABLE, unavailable
from agent_spy.services.keys import Keys

_OPEN = re.compile(r"/health(/(live|ready))?")
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Authentication:
    """Lets requests pass that bring a key, and notes which project it opens.

    Addresses that carry their own proof, a share's token or a file's signature, pass without a
    key; where the proof is wrong the answer is the same 401 as everywhere.
    """

    def __init__(self, app: ASGIApp, keys: Keys, api_prefix: str) -> None:
        self._app, self._keys = app, keys
        roots = "|".join(re.escape(root) for root in {api_prefix, "/api/v2", ""})
        self._proven = re.compile(rf"({roots})/(public|attachments)/.+")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "lifespan" or _OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = _offered(headers, scope.get("method", ""))
        try:
            opening = await self._keys.opening(key) if key else None
        except UNAVAILABLE as error:
            await (await unavailable(Request(scope), error))(scope, receive, send)
            return
        if opening is not None:
            scope.setdefault("state", {})["only"] = opening.project
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and self._proven.fullmatch(scope["path"]):
            await self._prove(scope, receive, send)
        else:
            await _refuse(headers)(scope, receive, send)

    async def _prove(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and 400 <= message["status"] < 500:  # noqa: PLR2004
                refused = True
                await _refuse(Headers(scope=scope))(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, answer)


def _offered(headers: Headers, method: str) -> str | None:
    """The key that a request brings: as SDKs send it, as a bearer's token, or as a password.

    A browser sends a password by itself, wherever a request comes from. So it lets in only what
    changes nothing, and what the server's own pages ask for.
    """
    if key := headers.get("x-api-key"):
        return key
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None
    if scheme.lower() == "basic" and (
        method in _SAFE or headers.get("sec-fetch-site") == "same-origin"
    ):
        try:
            pair = base64.b64decode(credentials, validate=True).decode()
        except ValueError:
            return None
        return pair.partition(":")[2] or None
    return None


def _refuse(headers: Headers) -> JSONResponse:
    person = "text/html" in headers.get("accept", "")
    scheme = 'Basic realm="Agent Spy: any name, the key as password"' if person else "Bearer"
    return JSONResponse({"detail": "Invalid API key"}, 401, {"WWW-Authenticate": scheme})
