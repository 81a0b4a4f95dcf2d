"""A row that is read after the commit that expired it, in an AsyncSession.

By default a commit expires every object of its session, and the next attribute that is read loads
it again. In an AsyncSession that load has no `await` and raises MissingGreenlet: the endpoint
answers 500, though the row is written. Make sessions with `expire_on_commit=False`, or
`await session.refresh(row)`.

Bad main.py:
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///a.db"))
    app = FastAPI()

    class Base(DeclarativeBase): ...

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    async def get_session():
        async with sessions() as session:
            yield session

    @app.post("/items")
    async def create(name: str, session: AsyncSession = Depends(get_session)):
        item = Item(name=name)
        session.add(item)
        await session.commit()
        return {"id": item.id}
Good main.py:
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    engine = create_async_engine("sqlite+aiosqlite:///a.db")
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    class Base(DeclarativeBase): ...

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    async def get_session():
        async with sessions() as session:
            yield session

    @app.post("/items")
    async def create(name: str, session: AsyncSession = Depends(get_session)):
        item = Item(name=name)
        session.add(item)
        await session.commit()
        return {"id": item.id}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Call, Codebase, at
from agentpack.audit.libraries import ASYNC_SESSION, MAKER
from agentpack.audit.models import is_table
from agentpack.audit.module import Function, walk
from agentpack.audit.rule import Hits, Severity, rule
from agentpack.project.code import keyword

_METHODS = {"model_dump", "model_dump_json"}


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    makers = list(_makers(codebase))
    expiring = [call for call in makers if not _keeps(call)]
    # Where some factory keeps, which of them makes a session is not known.
    if not expiring or len(expiring) < len(makers):
        return
    where = expiring[0].place
    for function in codebase.functions():
        if function.is_async:
            for node, name in _reads(codebase, function):
                yield (
                    at(function.module, node),
                    f"`{name}` is read after the commit that expired it: MissingGreenlet",
                    f"expire_on_commit=False at {where.path}:{where.line}, or refresh it",
                )


def _makers(codebase: Codebase) -> Iterator[Call]:
    for call in codebase.named("async_sessionmaker", "sessionmaker", "AsyncSession"):
        kind = codebase.kind(call.node, call)
        if kind in (MAKER + ASYNC_SESSION, ASYNC_SESSION):
            yield call


def _keeps(call: Call) -> bool:
    told = keyword(call.node, "expire_on_commit")
    unknown = any(one.arg is None for one in call.node.keywords)
    return unknown or (told is not None and getattr(told, "value", None) is not True)


def _reads(codebase: Codebase, function: Function) -> Iterator[tuple[ast.AST, str]]:
    """The first read of each row behind a commit that stands in the same block."""
    for block in _blocks(function):
        committed = False
        told: set[str] = set()
        for statement in block:
            if committed:
                for node, name in _read(codebase, function, statement, told):
                    told.add(name)
                    yield node, name
            if _does(codebase, function, statement, "commit"):
                committed, told = True, set()
            if committed and _does(codebase, function, statement, "refresh", "expunge", "get"):
                told |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _blocks(function: Function) -> Iterator[list[ast.stmt]]:
    yield function.node.body
    for node in walk(function.node.body):
        for part in ("body", "orelse", "finalbody"):
            block = getattr(node, part, None)
            if isinstance(block, list) and not isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield block


def _does(codebase: Codebase, function: Function, statement: ast.stmt, *methods: str) -> bool:
    # A commit in a branch may not have happened.
    if not isinstance(statement, ast.Expr | ast.Assign | ast.Return | ast.AnnAssign):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in methods
        and codebase.kinds.of(node.func.value, function.module, function) == ASYNC_SESSION
        for node in walk([statement])
    )


def _read(
    codebase: Codebase, function: Function, statement: ast.stmt, told: set[str]
) -> Iterator[tuple[ast.AST, str]]:
    for node in walk([statement]):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.For | ast.AsyncFor):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            told.update(one.id for one in targets if isinstance(one, ast.Name))
        owner: ast.expr | None = None
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            owner = node.value
        if not isinstance(owner, ast.Name) or owner.id in told:
            continue
        if _is_row(codebase, function, owner):
            yield node, owner.id
            told.add(owner.id)


def _is_row(codebase: Codebase, function: Function, node: ast.Name) -> bool:
    """Whether a name is a row that this function made or was given, as far as is known."""
    bindings = function.bound.get(node.id, [])
    made = [one for one in bindings if one.how == "value"]
    if len(bindings) != 1 or not made:
        return False
    kind = codebase.kinds.of(node, function.module, function)
    if not is_table(codebase, kind):
        return False
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"add", "merge", "delete"}
        and any(isinstance(one, ast.Name) and one.id == node.id for one in call.args)
        for call in function.calls
    )
