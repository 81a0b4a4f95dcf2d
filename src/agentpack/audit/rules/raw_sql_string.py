"""SQL as a plain string for SQLAlchemy 2, which takes none.

`session.execute("SELECT …")` raises ArgumentError ("Textual SQL expression should be explicitly
declared as text(…)"), on a connection ObjectNotExecutableError. Write `text("…")` with bound
parameters, or a `select`.

Bad main.py:
    from fastapi import FastAPI
    from sqlalchemy.orm import Session

    app = FastAPI()

    def is_up(session: Session) -> bool:
        return session.execute("SELECT 1").scalar() == 1
Good main.py:
    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.orm import Session

    app = FastAPI()

    def is_up(session: Session) -> bool:
        return session.execute(text("SELECT 1")).scalar() == 1
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import Call
from agentpack.audit.libraries import ASYNC_CONNECTION, ASYNC_SESSION, CONNECTION, SESSION
from agentpack.audit.rule import Codebase, Hits, Severity, rule

_KINDS = {SESSION, ASYNC_SESSION, CONNECTION, ASYNC_CONNECTION}


@rule(Severity.ERROR, page="backend-skill/references/security.md")
def check(codebase: Codebase) -> Hits:
    for call in codebase.named("execute", "scalar", "scalars", "exec"):
        first = call.node.args[0] if call.node.args else None
        if (
            first is not None
            and _is_text(first, call)
            and codebase.receiver(call) in _KINDS
            and codebase.versions.reaches("sqlalchemy", "2.0", call.module.path)
        ):
            yield call.place, "SQLAlchemy 2 executes no plain strings", "wrap it: text(…)"


def _is_text(node: ast.expr, call: Call) -> bool:
    if isinstance(node, ast.Name) and call.scope is not None:
        bound = call.scope.bound.get(node.id, [])
        if len(bound) == 1 and bound[0].how == "value" and bound[0].value is not None:
            return _is_text(bound[0].value, call) if node is not bound[0].value else False
        return False
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _is_text(node.left, call)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr)
