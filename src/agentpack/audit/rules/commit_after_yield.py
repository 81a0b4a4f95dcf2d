"""A dependency that commits after its `yield`: the client has had its answer by then.

Since FastAPI 0.118 what stands behind the `yield` of a dependency runs when the response is out.
A commit that fails there (a constraint, a lost connection) has already been answered with 201,
and a background task sees no row. `async with session.begin(): yield session` is the same.
Commit in the service, before the endpoint returns, or let the dependency end with the endpoint:
`Depends(get_session, scope="function")` (0.121 and newer).

Bad main.py:
    from typing import Annotated

    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

    sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///a.db"))
    app = FastAPI()

    async def get_session():
        async with sessions() as session:
            yield session
            await session.commit()

    @app.post("/items", status_code=201)
    async def create(session: Annotated[AsyncSession, Depends(get_session)]) -> None: ...
Good main.py:
    from typing import Annotated

    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

    sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///a.db"))
    app = FastAPI()

    async def get_session():
        async with sessions() as session:
            yield session
            await session.commit()

    @app.post("/items", status_code=201)
    async def create(
        session: Annotated[AsyncSession, Depends(get_session, scope="function")]
    ) -> None: ...
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Codebase, at
from agentpack.audit.libraries import ASYNC_CONNECTION, ASYNC_SESSION, BEGUN, CONNECTION, SESSION
from agentpack.audit.module import Function, walk
from agentpack.audit.rule import Hits, Severity, rule

_KINDS = {SESSION, ASYNC_SESSION, CONNECTION, ASYNC_CONNECTION}


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    for function, uses in codebase.roles.uses.items():
        late = [use for use in uses if use.scope != "function"]
        path = function.module.path
        if not late or not function.yields or not _is_late(codebase, path):
            continue
        for node, how in _commits(codebase, function):
            message = f"the dependency `{function.qualname}` {how} when the answer is already out"
            mend = 'commit before the endpoint returns, or use Depends(…, scope="function")'
            yield at(function.module, node), message, mend


def _is_late(codebase: Codebase, path: str) -> bool:
    """Whether the code behind a `yield` runs after the response: not from 0.106 to 0.117."""
    versions = codebase.versions
    return versions.reaches("fastapi", "0.118", path) or not versions.reaches(
        "fastapi", "0.106", path
    )


def _commits(codebase: Codebase, function: Function) -> Iterator[tuple[ast.AST, str]]:
    last = max(one.lineno for one in function.yields)
    handled = {
        id(inner)
        for node in walk(function.node.body)
        if isinstance(node, ast.ExceptHandler)
        for inner in ast.walk(node)
    }
    for call in function.calls:
        target = call.func
        if (
            isinstance(target, ast.Attribute)
            and target.attr == "commit"
            and call.lineno > last
            and id(call) not in handled
            and _is_session(codebase, target.value, function)
        ):
            yield call, "commits"
    for node in walk(function.node.body):
        if isinstance(node, ast.With | ast.AsyncWith):
            held = any(isinstance(one, ast.Yield) for one in walk(list(node.body)))
            for item in node.items if held else ():
                if _begins(codebase, item.context_expr, function):
                    yield item.context_expr, "commits, at the end of this block,"


def _is_session(codebase: Codebase, node: ast.expr, function: Function) -> bool:
    """Whether it is a session, or what the dependency yields and nobody knows."""
    kind = codebase.kinds.of(node, function.module, function)
    yielded = {ast.dump(one.value) for one in function.yields if one.value is not None}
    return kind in _KINDS or (not kind and ast.dump(node) in yielded)


def _begins(codebase: Codebase, node: ast.expr, function: Function) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr != "begin":
        return False
    if codebase.kinds.of(node, function.module, function).startswith(BEGUN):
        return True
    return codebase.kinds.of(node.func.value, function.module, function) in _KINDS
