"""What the installed or declared version of a library no longer has.

The code was right once, or is what a model remembers: `httpx.AsyncClient(app=…)` (gone in 0.28),
`client.search` of Qdrant (1.16), `BaseSettings` in pydantic (2.0), `openai.ChatCompletion` (1.0).
It fails when it is imported or called. The version counts that is installed or locked, else the
newest one that the project's declaration allows.

Bad requirements.txt:
    fastapi
    httpx==0.28.1
    qdrant-client>=1.17
Bad app.py:
    from fastapi import FastAPI
    from qdrant_client import AsyncQdrantClient

    app = FastAPI()
    client = AsyncQdrantClient("http://localhost:6333")

    async def nearest(vector: list[float]):
        return await client.search("notes", query_vector=vector, limit=5)
Bad tests/test_app.py:
    from app import app
    from httpx import AsyncClient

    async def test_items():
        async with AsyncClient(app=app, base_url="http://test") as client:
            await client.get("/items")
Good requirements.txt:
    fastapi
    httpx==0.28.1
    qdrant-client>=1.17
Good app.py:
    from fastapi import FastAPI
    from qdrant_client import AsyncQdrantClient

    app = FastAPI()
    client = AsyncQdrantClient("http://localhost:6333")

    async def nearest(vector: list[float]):
        return (await client.query_points("notes", query=vector, limit=5)).points
Good tests/test_app.py:
    from app import app
    from httpx import ASGITransport, AsyncClient

    async def test_items():
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            await client.get("/items")
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import at
from agentpack.audit.libraries import ENGINE
from agentpack.audit.module import Module
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.stale import NAMES, QDRANT, Stale
from agentpack.audit.uses import guarded, uses
from agentpack.project.code import keyword

_CLIENTS = {"httpx.AsyncClient", "httpx.Client"}
_FIELDS = ("pydantic.Field", "pydantic.constr")


_MOVED = {
    "execute": Stale("sqlalchemy", "2.0", "`with engine.begin() as connection`"),
    "app": Stale("httpx", "0.28", "transport=httpx.ASGITransport(app)"),
    "regex": Stale("pydantic", "2.0", "pattern="),
    "root_validator": Stale("pydantic", "2.0", "model_validator"),
}

Found = Iterator[tuple[Module, ast.AST, str, Stale]]
"""Where it is, what is gone, and since when."""


@rule(Severity.ERROR, page="fastapi-backend/references/testing.md")
def check(codebase: Codebase) -> Hits:
    looks = (_names, _methods, _arguments, _validators)
    for module, node, name, one in (found for look in looks for found in look(codebase)):
        if codebase.versions.reaches(one.package, one.since, module.path) and not guarded(
            module, node
        ):
            had = codebase.versions.pinned(one.package, module.path)
            which = f"{one.package} {had}" if had else f"{one.package} {one.since} and newer"
            yield at(module, node), f"{which} has no {name}", f"use {one.mend}"


def _names(codebase: Codebase) -> Found:
    gone = {name: one for name, one in NAMES.items() if one.gone}
    for module, node, name in uses(codebase, gone):
        yield module, node, f"`{name}`", gone[name]


def _methods(codebase: Codebase) -> Found:
    for call in codebase.named(*QDRANT, tests=True):
        kind = codebase.receiver(call)
        if kind.startswith("qdrant_client.") and kind.endswith("QdrantClient"):
            name = getattr(call.node.func, "attr", "")
            yield call.module, call.node, f"`{name}`", QDRANT[name]
    for call in codebase.named("execute"):
        if codebase.receiver(call) == ENGINE:
            yield call.module, call.node, "`Engine.execute`", _MOVED["execute"]


def _arguments(codebase: Codebase) -> Found:
    for call in codebase.named("AsyncClient", "Client", tests=True):
        if codebase.name(call) in _CLIENTS and keyword(call.node, "app"):
            yield call.module, call.node, "argument `app`", _MOVED["app"]
    for call in codebase.calling(*_FIELDS):
        if keyword(call.node, "regex"):
            yield call.module, call.node, "argument `regex`", _MOVED["regex"]


def _validators(codebase: Codebase) -> Found:
    for function in codebase.functions():
        for mark in function.node.decorator_list:
            target = mark.func if isinstance(mark, ast.Call) else mark
            # Pydantic 2 takes it only with `pre=True` or `skip_on_failure=True`.
            said = isinstance(mark, ast.Call) and mark.keywords
            name = codebase.names.resolve(target, function.module, function.scope)
            if name == "pydantic.root_validator" and not said:
                what = "`root_validator` that runs after"
                yield function.module, mark, what, _MOVED["root_validator"]
