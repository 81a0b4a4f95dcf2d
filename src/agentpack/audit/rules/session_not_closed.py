"""A dependency that closes its session only if nothing goes wrong.

An error in the endpoint is raised in the dependency at its `yield`: what stands behind it never
runs unless it is in a `finally`, or the session is opened by `with`. Each such request keeps a
connection, and when the pool is empty every request waits for one and fails.

Bad main.py:
    from fastapi import Depends, FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker

    SessionLocal = sessionmaker(create_engine("sqlite:///a.db"))
    app = FastAPI()

    def get_db():
        db = SessionLocal()
        yield db
        db.close()

    @app.get("/items")
    def items(db=Depends(get_db)): ...
Good main.py:
    from fastapi import Depends, FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker

    SessionLocal = sessionmaker(create_engine("sqlite:///a.db"))
    app = FastAPI()

    def get_db():
        with SessionLocal() as db:
            yield db

    @app.get("/items")
    def items(db=Depends(get_db)): ...
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import Codebase, at
from agentpack.audit.libraries import ASYNC_CONNECTION, ASYNC_SESSION, CONNECTION, SESSION
from agentpack.audit.module import Function, walk
from agentpack.audit.rule import Hits, Severity, rule

_KINDS = {SESSION, ASYNC_SESSION, CONNECTION, ASYNC_CONNECTION}
_CATCHES_ALL = {"Exception", "BaseException"}
_CLOSES = {"close", "aclose"}


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    for function in codebase.roles.uses:
        safe = {
            id(inner)
            for node in walk(function.node.body)
            if isinstance(node, ast.Try) and _is_safe(node)
            for part in node.body
            for inner in ast.walk(part)
        }
        for one in function.yields:
            name = getattr(one.value, "id", "")
            opened = _opened(codebase, function, name)
            if opened is not None and id(one) not in safe:
                yield (
                    at(function.module, one),
                    f"an error in the endpoint leaves `{name}` open: nothing closes it then",
                    "open it by `with`, or close it in a `finally`",
                )


def _opened(codebase: Codebase, function: Function, name: str) -> ast.AST | None:
    """What opens what is yielded, if that is a session that this function has to close."""
    for binding in function.bound.get(name, ()):
        if binding.how != "value" or not isinstance(binding.value, ast.Call | ast.Await):
            continue
        if codebase.kinds.of(binding.value, function.module, function) in _KINDS:
            # `with db:` around the yield closes it, too.
            entered = any(
                getattr(item.context_expr, "id", "") == name
                for node in walk(function.node.body)
                if isinstance(node, ast.With | ast.AsyncWith)
                for item in node.items
            )
            return None if entered else binding.node
    return None


def _is_safe(node: ast.Try) -> bool:
    """Whether whatever is raised inside is met by something that closes."""
    if node.finalbody:
        return True
    return any(
        (handler.type is None or getattr(handler.type, "id", "") in _CATCHES_ALL)
        and any(isinstance(one, ast.Attribute) and one.attr in _CLOSES for one in ast.walk(handler))
        for handler in node.handlers
    )
