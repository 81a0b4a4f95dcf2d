"""Reading from PostgreSQL. No transaction is around a look: it would take two more ways there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, TypeVar

from asyncpg import PostgresError
from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler

from agent_spy.storage.pool import PASSING, SILENT_SECONDS, driver, own_driver
from agent_spy.storage.reader import Look, Query, Values, driver_rows
from agent_spy.storage.writer import UnavailableError

T = TypeVar("T")
_SNAPSHOT = "SELECT pg_current_snapshot()::text"


class PostgresReader:
    """Looks into PostgreSQL, and looks again where a connection was ended since the last time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, look: Look[T]) -> T:
        """What `look` finds."""
        try:
            return await self._look(look)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return await self._look(look)

    async def rows(self, query: Query, values: Values) -> Sequence[Any]:
        """What `query` finds, as tuples of the driver's own."""
        if not self._engine.sync_engine.echo:
            # SQLAlchemy takes longer for a page than PostgreSQL, but it knows what an error means.
            with suppress(*PASSING, PostgresError, UnavailableError):
                compiled = _compiled(query, self._engine.dialect)
                bound = compiled.construct_params(values)
                places = map(bound.__getitem__, compiled.positiontup or ())
                async with driver(self._engine) as connection:
                    found: Sequence[Any] = await connection.fetch(compiled.string, *places)
                    return found
        return await self.read(partial(driver_rows, query=query, values=values))

    async def stop(self) -> None:
        """Close the pool, unless the server does not answer to that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENT_SECONDS):
                await self._engine.dispose()

    async def _look(self, look: Look[T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(look)


@lru_cache(maxsize=256)
def _compiled(query: Query, dialect: Dialect) -> SQLCompiler:
    return query.compile(dialect=dialect)


class PostgresState:
    """PostgreSQL tells which transactions a reader sees; the same ones made the same rows.

    It is asked before every answer, so it has a connection of its own, and one question serves all
    who came before it was sent.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._driver: Any = None
        self._turn = asyncio.Lock()
        self._came = self._served = 0
        self._found: str | UnavailableError = ""

    async def now(self) -> str:
        """What a reader sees.

        Raises:
            UnavailableError: there is no server.
        """
        self._came += 1
        mine = self._came
        async with self._turn:
            if self._served < mine:
                come = self._came
                try:
                    self._found = await self._ask()
                except UnavailableError as error:
                    self._found = error
                self._served = come
            if isinstance(self._found, UnavailableError):
                raise UnavailableError(str(self._found))
            return self._found

    def close(self) -> None:
        """Let the connection go."""
        if self._driver:
            self._driver.terminate()
            self._driver = None

    async def _ask(self) -> str:
        """Asked again where the server was gone since the last time."""
        if self._driver:
            with suppress(UnavailableError):
                return await self._fetch()
        self._driver = await own_driver(self._engine)
        return await self._fetch()

    async def _fetch(self) -> str:
        try:
            return str(await self._driver.fetchval(_SNAPSHOT, timeout=SILENT_SECONDS))
        except PASSING as error:
            self.close()
            raise UnavailableError(str(error) or "it does not answer") from error
        except BaseException:
            self.close()  # the question may still be under way
            raise
