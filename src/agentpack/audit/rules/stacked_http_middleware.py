"""Several `@app.middleware("http")` or BaseHTTPMiddleware on one application.

Each of them starts a task and a pair of streams for every request: three cost 357 µs of CPU a
request, three plain ASGI middlewares 2 µs. Context variables that the endpoint sets do not get
back through them. Write them as ASGI: a class with `async def __call__(self, scope, receive,
send)`.

Bad main.py:
    from fastapi import FastAPI, Request

    app = FastAPI()

    @app.middleware("http")
    async def request_id(request: Request, call_next):
        return await call_next(request)

    @app.middleware("http")
    async def timing(request: Request, call_next):
        return await call_next(request)
Good main.py:
    from fastapi import FastAPI

    app = FastAPI()

    class RequestId:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            await self.app(scope, receive, send)

    app.add_middleware(RequestId)
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import Call
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.project.code import keyword

_BASES = {
    "starlette.middleware.base.BaseHTTPMiddleware",
    "fastapi.middleware.base.BaseHTTPMiddleware",
    "slowapi.middleware.SlowAPIMiddleware",
}


@rule(Severity.WARNING, page="backend-skill/references/errors-and-logging.md")
def check(codebase: Codebase) -> Hits:
    stacks: dict[tuple[str, str, str], list[Call]] = {}
    for call in codebase.named("middleware", "add_middleware"):
        target = call.node.func
        if not isinstance(target, ast.Attribute) or not _is_http(codebase, call):
            continue
        if not codebase.roles.is_app(target.value, call.module, call.scope) and (
            getattr(target.value, "id", "") != "app"
        ):
            continue
        full = codebase.names.resolve(target.value, call.module, call.scope)
        where = call.scope.qualname if call.scope is not None and not full else ""
        key = ("" if full else call.module.path, where, full or getattr(target.value, "id", ""))
        stacks.setdefault(key, []).append(call)
    for calls in stacks.values():
        if len(calls) > 1:
            last = max(calls, key=lambda one: (one.place.path, one.place.line))
            others = len(calls)
            yield (
                last.place,
                f"{others} middlewares of this application are BaseHTTPMiddleware",
                "write them as plain ASGI middleware",
            )


def _is_http(codebase: Codebase, call: Call) -> bool:
    first = call.node.args[0] if call.node.args else keyword(call.node, "middleware_class")
    if getattr(call.node.func, "attr", "") == "middleware":
        return getattr(first, "value", "") == "http"
    kind = codebase.names.resolve(first, call.module, call.scope)
    return bool(kind) and bool(codebase.kinds.ancestry(kind) & _BASES)
