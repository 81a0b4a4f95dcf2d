"""A pure ASGI middleware around the whole application, put there as the server loads it."""

from __future__ import annotations

import os
from typing import Any

from .kept import timed
from .record import Trace, current, now, own_task
from .send import send

_KEY = "agentpack.why"
_PIECES = 400


def uvicorn(module: Any) -> None:
    """Wrap what uvicorn serves: all of the application's own middleware lies within."""
    load = module.Config.load

    def loaded(self: Any) -> None:
        load(self)
        if not isinstance(self.loaded_app, Watched):
            self.loaded_app = Watched(self.loaded_app)

    module.Config.load = loaded


def starlette(module: Any) -> None:
    """Wrap the application itself, for servers other than uvicorn."""
    call = module.Starlette.__call__

    async def called(self: Any, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" or _KEY in scope:
            await call(self, scope, receive, send)
            return

        async def inner(scope: Any, receive: Any, send: Any) -> None:
            await call(self, scope, receive, send)

        await Watched(inner)(scope, receive, send)

    module.Starlette.__call__ = called


def base_middleware(module: Any) -> None:
    """What such a middleware calls runs in a task of its own."""
    init = module.BaseHTTPMiddleware.__init__

    def made(self: Any, app: Any, *args: Any, **kwargs: Any) -> None:
        async def inner(scope: Any, receive: Any, send: Any) -> None:
            with own_task(current.get()):
                await app(scope, receive, send)

        init(self, app, *args, **kwargs)
        # Whoever looks at a middleware's `app` finds the application's own.
        if getattr(self, "app", None) is app:
            inner.app = app  # type: ignore[attr-defined]
            self.app = inner

    module.BaseHTTPMiddleware.__init__ = made


class Watched:
    """Notes the requests that carry the harness's mark."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from . import sampler

        sampler.watch_this_loop()
        trace = None
        if scope["type"] == "http" and _KEY not in scope:
            trace = _trace(scope)
        scope[_KEY] = True
        if trace is None:
            await self.app(scope, receive, send)
        else:
            await _serve(self.app, scope, receive, send, trace)


def _trace(scope: Any) -> Trace | None:
    mark = os.environ.get("AGENTPACK_WHY_MARK", "").encode()
    for name, value in scope.get("headers", ()):
        if name == b"traceparent":
            parts = value.split(b"-")
            if mark and len(parts) == 4 and parts[1].startswith(mark):
                return Trace(parts[1].decode(), scope.get("method", ""), scope.get("path", ""))
    return None


async def _serve(app: Any, scope: Any, receive: Any, send_: Any, trace: Trace) -> None:
    from . import sampler

    async def noted(message: Any) -> None:
        kind, start = message["type"], now()
        await send_(message)
        if kind == "http.response.start":
            trace.began, trace.status = start, message.get("status", 0)
        elif kind == "http.response.body":
            size = len(message.get("body", b""))
            trace.size += size
            if size and len(trace.chunks) < _PIECES:
                trace.chunks.append([start, now(), size])
            if not message.get("more_body", False) and not trace.answered:
                trace.answered = now()
                send(trace.told(done=False))
        elif kind == "http.response.pathsend":
            trace.answered = now()

    token = current.set(trace)
    sampler.live.append(trace)
    try:
        with own_task(trace), timed(trace.path, "loop", trace.runs):
            await app(scope, receive, noted)
    finally:
        trace.end = now()
        sampler.live.remove(trace)
        current.reset(token)
        send(trace.told(done=True))
        sampler.ended.append(trace)
