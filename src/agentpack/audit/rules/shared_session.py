"""One AsyncSession in several tasks at once.

A session is one connection and one transaction, and no two statements may run in it at the same
time: SQLAlchemy raises, or rows and errors of one task turn up in another. Give each task a
session of its own, or run the statements one after the other.

Bad main.py:
    import asyncio

    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession

    app = FastAPI()

    async def summary(session: AsyncSession) -> list[object]:
        return await asyncio.gather(
            session.scalar(text("SELECT count(*) FROM items")),
            session.scalar(text("SELECT count(*) FROM users")),
        )
Good main.py:
    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession

    app = FastAPI()

    async def summary(session: AsyncSession) -> list[object]:
        return [
            await session.scalar(text("SELECT count(*) FROM items")),
            await session.scalar(text("SELECT count(*) FROM users")),
        ]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Call, Codebase, at
from agentpack.audit.libraries import ASYNC_SESSION
from agentpack.audit.rule import Hits, Severity, rule
from agentpack.project.code import dotted

_COMPREHENSIONS = ast.ListComp | ast.GeneratorExp | ast.SetComp


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    for call in codebase.calling("asyncio.gather"):
        used: dict[str, int] = {}
        for name, times in _given(codebase, call):
            used[name] = used.get(name, 0) + times
        for name, times in used.items():
            if times > 1:
                yield (
                    at(call.module, call.node),
                    f"several tasks use the session `{name}` at the same time",
                    "open a session in each task, or await them in turn",
                )


def _given(codebase: Codebase, call: Call) -> Iterator[tuple[str, int]]:
    """The sessions that the gathered coroutines use, and in how many of them each is."""
    for argument in call.node.args:
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        several = isinstance(inner, _COMPREHENSIONS)
        if isinstance(inner, _COMPREHENSIONS):
            inner = inner.elt
        if isinstance(inner, ast.Call):
            for name in _sessions(codebase, inner, call):
                yield name, 2 if several else 1


def _sessions(codebase: Codebase, coroutine: ast.Call, call: Call) -> set[str]:
    given = [*coroutine.args, *(one.value for one in coroutine.keywords)]
    if isinstance(coroutine.func, ast.Attribute):
        given.append(coroutine.func.value)
    return {
        dotted(one) for one in given if dotted(one) and codebase.kind(one, call) == ASYNC_SESSION
    }
