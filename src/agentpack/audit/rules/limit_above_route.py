"""slowapi's `limit` above the route's decorator, where it limits nothing.

Decorators are applied from the bottom up: the route has taken the bare function before the limit
is put around it. Every request is answered, and nothing says so. Put it below.

Bad main.py:
    from fastapi import FastAPI, Request
    from slowapi import Limiter
    from slowapi.util import get_remote_address

    limiter = Limiter(key_func=get_remote_address, storage_uri="redis://localhost")
    app = FastAPI()

    @limiter.limit("5/minute")
    @app.get("/search")
    def search(request: Request) -> None: ...
Good main.py:
    from fastapi import FastAPI, Request
    from slowapi import Limiter
    from slowapi.util import get_remote_address

    limiter = Limiter(key_func=get_remote_address, storage_uri="redis://localhost")
    app = FastAPI()

    @app.get("/search")
    @limiter.limit("5/minute")
    def search(request: Request) -> None: ...
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule

_LIMITS = {"limit", "shared_limit"}
_LIMITERS = {"slowapi.Limiter", "slowapi.extension.Limiter"}


@rule(Severity.ERROR, page="backend-skill/references/api-design.md")
def check(codebase: Codebase) -> Hits:
    if not codebase.imports("slowapi"):
        return
    for function in codebase.functions():
        module, marks = function.module, function.node.decorator_list
        routes = [
            place
            for place, mark in enumerate(marks)
            if codebase.roles.route_of(mark, module, function.scope)
        ]
        for place, mark in enumerate(marks):
            if not (isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute)):
                continue
            limiter = codebase.kinds.of(mark.func.value, module, function.scope)
            if mark.func.attr in _LIMITS and limiter in _LIMITERS and routes and place < routes[0]:
                yield (
                    at(module, mark),
                    f"this limit is above the route of `{function.name}`, and limits nothing",
                    "put it below the route's decorator",
                )
