"""A relation that is loaded by reading it, in an AsyncSession.

A relation that the query did not load is loaded when it is first read; in an AsyncSession that
read has no `await`, and raises MissingGreenlet. Load it in the query (`selectinload`), at the
relation (`lazy="selectin"`), or by `await row.awaitable_attrs.NAME`.

Bad main.py:
    from fastapi import FastAPI
    from sqlalchemy import ForeignKey
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    app = FastAPI()

    class Base(DeclarativeBase): ...

    class Line(Base):
        __tablename__ = "lines"
        id: Mapped[int] = mapped_column(primary_key=True)
        order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        lines: Mapped[list[Line]] = relationship()

    async def size(session: AsyncSession, order_id: int) -> int:
        order = await session.get(Order, order_id)
        return len(order.lines)
Good main.py:
    from fastapi import FastAPI
    from sqlalchemy import ForeignKey
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

    app = FastAPI()

    class Base(DeclarativeBase): ...

    class Line(Base):
        __tablename__ = "lines"
        id: Mapped[int] = mapped_column(primary_key=True)
        order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        lines: Mapped[list[Line]] = relationship()

    async def size(session: AsyncSession, order_id: int) -> int:
        order = await session.get(Order, order_id, options=[selectinload(Order.lines)])
        return len(order.lines)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Codebase, at
from agentpack.audit.libraries import ASYNC_SESSION
from agentpack.audit.models import is_table, relation
from agentpack.audit.module import Function, walk
from agentpack.audit.rule import Hits, Severity, rule
from agentpack.project.code import called

_FETCHES = {"get", "get_one", "scalar", "scalars", "execute", "exec"}
_LOADS = {"options", "awaitable_attrs", "run_sync", "refresh", "contains_eager", "joinedload"}


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    for function in codebase.functions():
        if not function.is_async or not any(_fetch(codebase, function)):
            continue
        if any(_word(node) in _LOADS for node in walk(function.node.body)):
            continue
        told: set[tuple[str, str]] = set()
        rows = dict(_fetch(codebase, function))
        for node in walk(function.node.body):
            if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)):
                continue
            name = getattr(node.value, "id", "")
            kind = rows.get(name, "")
            if kind and (name, node.attr) not in told and relation(codebase, kind, node.attr):
                told.add((name, node.attr))
                message = f"`{name}.{node.attr}` is loaded only by reading it: MissingGreenlet"
                yield at(function.module, node), message, "load it in the query: selectinload"


def _word(node: ast.AST) -> str:
    if isinstance(node, ast.keyword):
        return node.arg or ""
    return getattr(node, "attr", getattr(node, "id", ""))


def _fetch(codebase: Codebase, function: Function) -> Iterator[tuple[str, str]]:
    """The names that are set to a row just fetched from an AsyncSession, with its table."""
    for name, bindings in function.bound.items():
        if len(bindings) != 1 or bindings[0].value is None or bindings[0].how != "value":
            continue
        for call in (one for one in ast.walk(bindings[0].value) if isinstance(one, ast.Call)):
            target = call.func
            if not (isinstance(target, ast.Attribute) and target.attr in _FETCHES and call.args):
                continue
            if codebase.kinds.of(target.value, function.module, function) != ASYNC_SESSION:
                continue
            table = _table(codebase, function, call.args[0], target.attr)
            if table:
                yield name, table


def _table(codebase: Codebase, function: Function, node: ast.expr, method: str) -> str:
    """The table that a fetch asks for, where it asks for whole rows of one."""
    names = codebase.names
    if method not in ("get", "get_one"):
        selects = [
            one
            for one in ast.walk(node)
            if isinstance(one, ast.Call) and called(one).rpartition(".")[2] == "select"
        ]
        if len(selects) != 1 or len(selects[0].args) != 1:
            return ""
        node = selects[0].args[0]
    kind = names.resolve(node, function.module, function)
    return kind if is_table(codebase, kind) else ""
