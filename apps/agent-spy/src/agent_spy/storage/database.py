"""The database behind `DATABASE_URL`: where to read, and who writes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from agent_spy.settings import Settings
from agent_spy.storage.reader import Reader, SqliteReader
from agent_spy.storage.state import SqliteState, State
from agent_spy.storage.writer import Writer

_READER_KB = 4_000
"""Each connection's own memory: a trace of 1,000 runs fits. To map the file would be as fast, but
what is read of a large file would stay in the process's memory."""


@dataclass(frozen=True, slots=True)
class Database:
    """What reads, what writes, and what tells whether anybody has written."""

    engine: AsyncEngine | None
    """For transactions with PostgreSQL. On SQLite, which no other server writes to, there is none:
    all transactions are the writer's."""
    reader: Reader
    writer: Writer
    _state: State

    async def start(self) -> None:
        """Make the tables where there are none, and begin to write."""
        await self.writer.start()

    async def stop(self) -> None:
        """Commit what is under way, then close everything."""
        await self.writer.stop()
        self._state.close()
        await self.reader.stop()

    async def state(self) -> str:
        """The same text as before only if no process has committed anything since."""
        return await self._state.now()


def open_database(settings: Settings) -> Database:
    """The database of `settings`; nothing is opened before `start`."""
    # One of the two is needed, and its driver is imported with it.
    if settings.database_url.startswith("sqlite"):
        return _open_sqlite(settings)
    return _open_postgres(settings)


def _open_sqlite(settings: Settings) -> Database:
    from agent_spy.storage.sqlite import SqliteWriter  # noqa: PLC0415

    url = make_url(settings.database_url).set(drivername="sqlite")
    engine = create_engine(
        url,
        pool_reset_on_return=None,  # nothing was begun
        pool_use_lifo=True,
        **_told(settings),
    )
    event.listen(engine, "connect", _read_only)
    path = url.database or ":memory:"
    return Database(None, SqliteReader(engine), SqliteWriter(path), SqliteState(path))


def _open_postgres(settings: Settings) -> Database:
    from agent_spy.storage.pool import create_pool  # noqa: PLC0415
    from agent_spy.storage.postgres import PostgresWriter  # noqa: PLC0415
    from agent_spy.storage.postgres_reader import PostgresReader, PostgresState  # noqa: PLC0415

    engine = create_pool(settings, **_told(settings))
    return Database(engine, PostgresReader(engine), PostgresWriter(engine), PostgresState(engine))


def _told(settings: Settings) -> dict[str, bool]:
    """What stands in the log; what clients sent has no place there."""
    return {"echo": settings.database_echo, "hide_parameters": not settings.debug}


def _read_only(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Only the writer writes: a second one would meet a locked database."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.execute(f"PRAGMA cache_size = -{_READER_KB}")
    cursor.close()
