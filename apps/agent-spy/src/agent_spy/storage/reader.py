"""Reading: a whole look at a time, outside of any transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Look: TypeAlias = Callable[[Connection], T]
"""Asks with a connection, and takes all of the answer; it must not write."""
_THREADS = 8
"""As many looks go on at once; what waits behind them are long searches."""


class Reader(Protocol):
    """Looks into the database."""

    async def read(self, look: Look[T]) -> T:
        """What `look` finds."""

    async def stop(self) -> None:
        """Let go of the database."""


class SqliteReader:
    """A whole look is one errand of one thread.

    The asynchronous driver sends a thread five times, for the cursor, the question, the rows and
    the end of both; each errand takes longer than a short answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(_THREADS, "sqlite-reader")

    async def read(self, look: Look[T]) -> T:
        """What `look` finds."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, look)

    async def stop(self) -> None:
        """End the looks under way, then close the file."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _look(self, look: Look[T]) -> T:
        with self._engine.connect() as connection:
            return look(connection)


class PostgresReader:
    """No transaction is around a look: it would go to the server and back twice more."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, look: Look[T]) -> T:
        """What `look` finds; asked again where the server was gone since the last time."""
        try:
            return await self._look(look)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return await self._look(look)

    async def stop(self) -> None:
        """The engine is closed by others."""

    async def _look(self, look: Look[T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(look)
