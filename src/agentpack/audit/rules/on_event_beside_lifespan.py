"""An `on_event` handler of an application that has a lifespan: it never runs.

FastAPI runs the one or the other, and says nothing: the pool is never filled, the cache never
warmed, the connection never closed. Move it into the lifespan.

Bad main.py:
    from contextlib import asynccontextmanager

    from fastapi import FastAPI

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        yield

    app = FastAPI(lifespan=lifespan)

    @app.on_event("startup")
    async def warm() -> None: ...
Good main.py:
    from contextlib import asynccontextmanager

    from fastapi import FastAPI

    async def warm() -> None: ...

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        await warm()
        yield

    app = FastAPI(lifespan=lifespan)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Call, Codebase
from agentpack.audit.roles import APPS
from agentpack.audit.rule import Hits, Severity, rule
from agentpack.project.code import keyword


@rule(Severity.ERROR, page="fastapi-backend/references/project-structure.md")
def check(codebase: Codebase) -> Hits:
    with_lifespan = set(_applications(codebase))
    for call in codebase.named("on_event"):
        target = call.node.func
        if (
            isinstance(target, ast.Attribute)
            and _key(codebase, target.value, call) in with_lifespan
        ):
            yield (
                call.place,
                "the application has a lifespan: this handler never runs",
                "call it in the lifespan",
            )


def _applications(codebase: Codebase) -> Iterator[tuple[str, str]]:
    """The names of the applications that are made with a lifespan."""
    for call in codebase.named("FastAPI", "Starlette"):
        told = keyword(call.node, "lifespan")
        if codebase.name(call) not in APPS or told is None or getattr(told, "value", 1) is None:
            continue
        bound = call.scope.bound if call.scope is not None else call.module.bound
        for name, bindings in bound.items():
            if any(one.value is call.node for one in bindings):
                yield _place(call, name)


def _place(call: Call, name: str) -> tuple[str, str]:
    if call.scope is None:
        return "", f"{call.module.name}.{name}"
    return f"{call.module.name}.{call.scope.qualname}", name


def _key(codebase: Codebase, node: ast.expr, call: Call) -> tuple[str, str]:
    """The application that an expression names: of a module, or of a function."""
    full = codebase.names.resolve(node, call.module, call.scope)
    if full:
        return "", full
    return _place(call, getattr(node, "id", ""))
