"""PostgreSQL's connections: each is known to be alive before it is given out."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from agent_spy.settings import Settings
from agent_spy.storage.writer import UnavailableError

_UNSEEN_SECONDS = 5.0
"""One that was used this lately is not asked: the driver hears at once if a server leaves, but not
if the network in between is gone."""
_CONNECT_SECONDS = 10.0
"""The driver's own is a minute: longer than a client waits."""
_SNAPSHOT = "SELECT pg_current_snapshot()::text"
PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    OSError,
)
"""What is no fault of the question; the next one may be answered."""


async def connect(*args: Any, **more: Any) -> Any:
    """Connect as asyncpg does. What it raises is not the DBAPI's: SQLAlchemy lets it through.

    Raises:
        UnavailableError: there is no server, or it does not take this one.
    """
    try:
        return await asyncpg.connect(*args, **more)
    except (*PASSING, asyncpg.PostgresError) as error:
        raise UnavailableError(str(error) or "it does not answer") from error


def create_pool(settings: Settings, **more: Any) -> AsyncEngine:
    """An engine for `settings`; nothing is opened before it is used.

    SQLAlchemy's own `pool_pre_ping` asks each time, in a transaction: three ways to the server and
    back before the question that is meant.
    """
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        pool_use_lifo=True,
        connect_args={"async_creator_fn": connect, "timeout": _CONNECT_SECONDS},
        **more,
    )
    error = engine.dialect.loaded_dbapi.Error

    def check(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        used = entry.info.get("used")
        if used is None:  # new
            return
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - used > _UNSEEN_SECONDS:
            try:
                connection.ping()
            except error as gone:
                raise InvalidatePoolError from gone

    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["used"] = time.monotonic()

    event.listen(engine.sync_engine, "checkout", check)
    event.listen(engine.sync_engine, "checkin", note)
    return engine


class PostgresState:
    """PostgreSQL tells which transactions a reader sees; the same ones made the same rows."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def now(self) -> str:
        """What a reader sees; asked again where the server was gone since the last time.

        Raises:
            UnavailableError: there is no server.
        """
        with suppress(UnavailableError):
            return await self._ask()
        return await self._ask()

    def close(self) -> None:
        """The engine is closed by others."""

    async def _ask(self) -> str:
        async with self._engine.connect() as connection:
            # It is asked before every answer: by the driver, in a third of the time.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                return str(await driver.fetchval(_SNAPSHOT))
            except PASSING as error:
                await connection.invalidate()
                raise UnavailableError(str(error)) from error
