"""Reading: a whole look at a time, outside of any transaction.

PostgreSQL's reader comes with its driver: `agent_spy.storage.postgres_reader`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, Select

T = TypeVar("T")
Query: TypeAlias = "Select[*tuple[Any, ...]]"
Values: TypeAlias = Mapping[str, Any]
Look: TypeAlias = Callable[[Connection], T]
"""Asks with a connection, and takes all of the answer; it must not write."""
_THREADS = 8
"""As many looks go on at once; what waits behind them are long searches."""


def driver_rows(connection: Connection, query: Query, values: Values) -> Sequence[Any]:
    """All rows as the driver gives them: thousands at once need no names."""
    found = connection.execute(query, values)
    return [] if found.cursor is None else found.cursor.fetchall()


class Reader(Protocol):
    """Looks into the database."""

    async def read(self, look: Look[T]) -> T:
        """What `look` finds."""

    async def rows(self, query: Query, values: Values) -> Sequence[Any]:
        """What `query` finds, as tuples of the driver's own.

        Args:
            query: built once and asked again and again.
            values: what is bound to its names; an id as bytes.
        """

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

    async def rows(self, query: Query, values: Values) -> Sequence[Any]:
        """What `query` finds, as tuples of the driver's own."""
        return await self.read(partial(driver_rows, query=query, values=values))

    async def stop(self) -> None:
        """End the looks under way, then close the file."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _look(self, look: Look[T]) -> T:
        with self._engine.connect() as connection:
            return look(connection)
