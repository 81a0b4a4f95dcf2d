"""The writer of a PostgreSQL server; any number of processes may write at once.

A group is copied into a temporary table, which is the fastest way in, and joined from there with
what is stored, in the order of the ids: so two writers never wait for each other in a circle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import asyncpg
from msgspec.structs import astuple
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_spy.migrations import upgrade
from agent_spy.storage.group import Order, answer, cut, joined
from agent_spy.storage.upsert import COLUMNS, on_conflict
from agent_spy.storage.writer import UnavailableError, Work
from agent_spy.wire.change import RunChange
from agent_spy.wire.multipart import AttachmentPart
from agent_spy.wire.values import run_id

_LONGEST_GROUP = 2_000
_ATTEMPTS = 5
_ROLLED_BACK = "40"
"""The class of SQLSTATE of deadlocks and the like."""
_STAGE = "staged_runs"
_NAMES = ", ".join(COLUMNS)
# The names in these statements are the tables' own.
_MAKE_STAGE = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGE} ON COMMIT DELETE ROWS"  # noqa: S608
    f" AS SELECT {_NAMES} FROM runs WITH NO DATA"
)
_JOIN = (
    f"INSERT INTO runs ({_NAMES}) SELECT {_NAMES} FROM {_STAGE} ORDER BY id"  # noqa: S608
    f"{on_conflict('postgresql')}"
)
_ATTACHMENT = (
    "INSERT INTO attachments (run_id, name, content_type, data) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (run_id, name) DO UPDATE SET content_type = excluded.content_type,"
    " data = excluded.data WHERE excluded.data > attachments.data"
)
_MIGRATION_LOCK = 7_207_441_091
"""Servers that start together bring the tables up to date one after another."""
_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    OSError,
)


class PostgresWriter:
    """Writes in groups: while one is being committed the next one gathers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._orders: list[Order] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the tables up to date and begin to write."""
        async with self._engine.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            await connection.run_sync(upgrade)
        self._task = asyncio.create_task(self._run(), name="postgres-writer")

    async def write(
        self, changes: Sequence[RunChange], attachments: Sequence[AttachmentPart] = ()
    ) -> None:
        """Wait until the group with these changes is committed."""
        if self._stopping:
            raise UnavailableError("the server is stopping")
        order = Order(asyncio.get_running_loop().create_future(), changes, attachments)
        self._orders.append(order)
        self._wake.set()
        await order.done

    async def do(self, work: Work) -> Any:
        """Do `work` in a transaction of its own, beside the groups."""

        async def attempt() -> Any:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

        try:
            return await _repeated(attempt)
        except (OperationalError, InterfaceError, OSError) as error:
            raise UnavailableError(str(error)) from error

    @property
    def waiting(self) -> int:
        """How many callers wait for the next group."""
        return len(self._orders)

    async def stop(self) -> None:
        """Commit what has gathered."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._orders:
                group, self._orders = cut(self._orders, _LONGEST_GROUP)
                try:
                    await _repeated(partial(self._commit, group))
                    failure = None
                except (*_PASSING, DBAPIError) as error:
                    failure = UnavailableError(str(error))
                answer(group, failure)
            if self._stopping:
                return

    async def _commit(self, group: Sequence[Order]) -> None:
        rows = [astuple(change) for change in joined(group)]
        # In one order, as the runs: two servers never wait for each other in a circle.
        files = sorted(
            (run_id(file.run_id), file.name, file.content_type, file.data)
            for order in group
            for file in order.attachments
        )
        async with self._engine.connect() as connection:
            driver = await _driver(connection)
            async with driver.transaction():
                if rows:
                    await driver.execute(_MAKE_STAGE)
                    await driver.copy_records_to_table(_STAGE, records=rows, columns=COLUMNS)
                    await driver.execute(_JOIN)
                if files:
                    await driver.executemany(_ATTACHMENT, files)


async def _repeated(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """Try a transaction again that another one's locks broke off: nothing of it is stored."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except (asyncpg.TransactionRollbackError, DBAPIError) as error:
            code = str(getattr(getattr(error, "orig", error), "sqlstate", ""))
            if not code.startswith(_ROLLED_BACK):
                raise
    return await attempt()


async def _driver(connection: AsyncConnection) -> Any:
    """The driver's own connection: SQLAlchemy has no word for COPY."""
    return (await connection.get_raw_connection()).driver_connection
