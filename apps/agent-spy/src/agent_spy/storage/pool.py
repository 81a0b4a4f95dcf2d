"""PostgreSQL's connections: each is known to be alive before it is given out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import AdaptedConnection, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import greenlet_spawn

from agent_spy.settings import Settings
from agent_spy.storage.writer import UnavailableError

UNSEEN_SECONDS = 5.0
"""One that was used this lately is not asked: the driver hears at once if a server leaves, but not
if the network in between is gone."""
SILENT_SECONDS = 5.0
"""What does not answer the shortest question in this time is given up."""
_CONNECT_SECONDS = 10.0
"""The driver's own is a minute: longer than a client waits."""
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

    def check(connection: AdaptedConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        used = entry.info.get("used")
        if used is None:  # new
            return
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - used > UNSEEN_SECONDS:
            try:
                connection.run_async(ping)
            except PASSING as gone:
                raise InvalidatePoolError from gone

    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["used"] = time.monotonic()

    event.listen(engine.sync_engine, "checkout", check)
    event.listen(engine.sync_engine, "checkin", note)
    return engine


async def ping(driver: Any) -> None:
    """Ask the driver's connection whether it lives; what is in `PASSING` is raised if not."""
    await driver.execute("SELECT 1", timeout=SILENT_SECONDS)


@asynccontextmanager
async def driver(engine: AsyncEngine) -> AsyncIterator[Any]:
    """The driver's own connection out of the pool, for what takes less time than SQLAlchemy does.

    Raises:
        UnavailableError: there is no server.
    """
    held = await engine.raw_connection()
    try:
        yield held.driver_connection
    except BaseException:
        held.invalidate()  # what was asked may still be under way
        raise
    finally:
        await greenlet_spawn(held.close)


async def own_driver(engine: AsyncEngine) -> Any:
    """A connection of the driver's that the pool knows no more: whoever takes it ends it.

    Raises:
        UnavailableError: there is no server.
    """
    held = await engine.raw_connection()
    driver = held.driver_connection
    held.detach()
    return driver
