"""The engine, its SQLite settings, and the factory of sessions."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

Sessions: TypeAlias = async_sessionmaker[AsyncSession]


def create_engine(url: str) -> AsyncEngine:
    """Return an engine for `url`; nothing is opened before its first use.

    A writer waits 5 s for SQLite's lock; `?timeout=` in the URL sets other seconds.
    """
    engine = create_async_engine(
        url,
        hide_parameters=True,  # what reporters wrote has no place in the log
        pool_pre_ping=not url.startswith("sqlite"),
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Return a factory whose objects stay readable after a commit and a close."""
    return async_sessionmaker(engine, expire_on_commit=False)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
