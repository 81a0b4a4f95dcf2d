"""The request's session, or a row that belongs to it, in the hands of a task that outlives it.

A background task runs after the response. From FastAPI 0.118 on the session is still open then,
so that each task holds a connection of the pool for as long as it takes, and what the dependency
commits afterwards it does not see; from 0.106 to 0.117, and with `scope="function"`, the session
is closed already. A task of `asyncio.create_task` runs beside the request in the same session,
which is forbidden, and after it in a closed one. Hand over ids, and let the task open its own.

Bad main.py:
    from typing import Annotated

    from fastapi import BackgroundTasks, Depends, FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    engine = create_engine("sqlite:///a.db")
    app = FastAPI()

    def get_session():
        with Session(engine) as session:
            yield session

    def count(session: Session, item_id: int) -> None: ...

    @app.post("/items/{item_id}/seen")
    def seen(
        item_id: int, tasks: BackgroundTasks, session: Annotated[Session, Depends(get_session)]
    ) -> None:
        tasks.add_task(count, session, item_id)
Good main.py:
    from fastapi import BackgroundTasks, FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    engine = create_engine("sqlite:///a.db")
    app = FastAPI()

    def count(item_id: int) -> None:
        with Session(engine) as session:
            session.commit()

    @app.post("/items/{item_id}/seen")
    def seen(item_id: int, tasks: BackgroundTasks) -> None:
        tasks.add_task(count, item_id)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Call, Codebase, at
from agentpack.audit.libraries import ASYNC_SESSION, SESSION
from agentpack.audit.models import is_table
from agentpack.audit.rule import Hits, Severity, rule

_MEND = "hand over its id, and let the task open a session of its own"


@rule(Severity.WARNING, page="backend-skill/references/async.md")
def check(codebase: Codebase) -> Hits:
    for call in codebase.named("add_task", "BackgroundTask"):
        if codebase.roles.task(call.node, call.module, call.scope) is None:
            continue
        given = [*call.node.args[1:], *(one.value for one in call.node.keywords)]
        for one in given:
            what = _belongs(codebase, one, call)
            if what:
                yield at(call.module, one), f"a background task is given {what}", _MEND
    for call in codebase.calling("asyncio.create_task", "asyncio.ensure_future"):
        for one in _handed(call):
            kind = codebase.kind(one, call)
            if kind in (SESSION, ASYNC_SESSION) and _from_outside(call, one):
                yield (
                    at(call.module, one),
                    "a task that the request does not wait for is given the request's session",
                    _MEND,
                )


def _belongs(codebase: Codebase, node: ast.expr, call: Call) -> str:
    kind = codebase.kind(node, call)
    if kind in (SESSION, ASYNC_SESSION) and _from_outside(call, node):
        return "the request's session"
    if kind and is_table(codebase, kind):
        return f"a row of `{kind.rpartition('.')[2]}`, which belongs to the request's session"
    return ""


def _from_outside(call: Call, node: ast.expr) -> bool:
    """Whether it is a parameter, or `self`'s: a session of one's own is one's own to close."""
    if isinstance(node, ast.Attribute):
        return True
    bound = call.scope.bound.get(getattr(node, "id", ""), []) if call.scope else []
    return bool(bound) and bound[0].how == "parameter"


def _handed(call: Call) -> Iterator[ast.expr]:
    """What a task that nobody waits for is given."""
    coroutine = call.node.args[0] if call.node.args else None
    function = call.scope
    if not isinstance(coroutine, ast.Call) or function is None or call.node in function.awaited:
        return
    names = {
        name
        for name, bindings in function.bound.items()
        if any(one.value is call.node for one in bindings)
    }
    waited = any(
        isinstance(inner, ast.Name) and inner.id in names
        for node in ast.walk(function.node)
        if isinstance(node, ast.Await)
        for inner in ast.walk(node.value)
    )
    listed = any(
        isinstance(node, ast.ListComp | ast.List | ast.Call)
        and node is not call.node
        and any(inner is call.node for inner in ast.walk(node))
        for node in ast.walk(function.node)
    )
    if not waited and not listed:
        yield from coroutine.args
        yield from (one.value for one in coroutine.keywords)
