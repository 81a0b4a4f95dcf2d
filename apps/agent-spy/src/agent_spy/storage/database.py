"""The database behind `DATABASE_URL`: where to read, and who writes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from agent_spy.settings import Settings
from agent_spy.storage.state import PostgresState, SqliteState, State
from agent_spy.storage.writer import Writer

_READER_KB = 4_000
"""Each connection's own memory: a trace of 1,000 runs fits. To map the file would be as fast, but
what is read of a large file would stay in the process's memory."""


@dataclass(frozen=True, slots=True)
class Database:
    """An engine to read with, the writer, and what tells whether anybody has written."""

    engine: AsyncEngine
    reading: AsyncEngine
    """The same for what is asked in one statement: on PostgreSQL no transaction is around it, which
    would go to the server and back twice more."""
    writer: Writer
    _state: State

    async def start(self) -> None:
        """Make the tables where there are none, and begin to write."""
        await self.writer.start()

    async def stop(self) -> None:
        """Commit what is under way, then close everything."""
        await self.writer.stop()
        self._state.close()
        await self.engine.dispose()

    async def state(self) -> str:
        """The same text as before only if no process has committed anything since."""
        return await self._state.now()


def open_database(settings: Settings) -> Database:
    """The database of `settings`; nothing is opened before `start`."""
    sqlite = settings.database_url.startswith("sqlite")
    engine = create_async_engine(
        settings.database_url,
        echo=settings.database_echo,
        hide_parameters=not settings.debug,  # what clients sent has no place in the log
        **({} if sqlite else _pool(settings)),
    )
    if sqlite:
        from agent_spy.storage.sqlite import SqliteWriter  # noqa: PLC0415 - one of two is needed

        event.listen(engine.sync_engine, "connect", _read_only)
        path = engine.url.database or ":memory:"
        return Database(engine, engine, SqliteWriter(path), SqliteState(path))
    from agent_spy.storage.postgres import PostgresWriter  # noqa: PLC0415

    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database(engine, reading, PostgresWriter(engine), PostgresState(reading))


def _pool(settings: Settings) -> dict[str, object]:
    from agent_spy.storage.postgres import connect  # noqa: PLC0415 - one of two is needed

    return {
        "pool_size": settings.database_pool_size,
        "pool_pre_ping": True,
        "connect_args": {"async_creator_fn": connect},
    }


def _read_only(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Only the writer writes: a second one would meet a locked database."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.execute(f"PRAGMA cache_size = -{_READER_KB}")
    cursor.close()
