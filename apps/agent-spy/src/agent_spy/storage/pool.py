"""PostgreSQL's pool of connections: each is known to be alive before it is given out."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from agent_spy.settings import Settings
from agent_spy.storage.postgres import connect

_UNSEEN_SECONDS = 5.0
"""One that was used this lately is not asked: the driver hears at once if a server leaves, but not
if the network in between is gone."""


def create_pool(settings: Settings, **more: Any) -> AsyncEngine:
    """An engine for `settings`; nothing is opened before it is used.

    SQLAlchemy's own `pool_pre_ping` asks each time, in a transaction: three ways to the server and
    back before the question that is meant.
    """
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        pool_use_lifo=True,
        connect_args={"async_creator_fn": connect},
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
