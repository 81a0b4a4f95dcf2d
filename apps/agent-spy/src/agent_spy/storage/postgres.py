"""The writer of a PostgreSQL server; any number of processes may write at once.

Runs that are not stored yet are copied straight into their table, which is the fastest way in.
The others are copied into a temporary one and joined from there. Both go in the order of the ids,
and a run that two writers bring at once is new to both: so they never wait in a circle.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

import asyncpg
from msgspec.structs import astuple
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_spy.migrations import upgrade
from agent_spy.storage.group import Order, answer, cut, joined
from agent_spy.storage.pool import PASSING, UNSEEN_SECONDS, ping
from agent_spy.storage.upsert import COLUMNS, on_conflict
from agent_spy.storage.writer import UnavailableError, Work
from agent_spy.wire.change import RunChange
from agent_spy.wire.multipart import AttachmentPart
from agent_spy.wire.values import run_id

_LONGEST_GROUP = 2_000
_LANES = 2
"""Groups that are committed at the same time, each on a connection of its own."""
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
_LOG = (
    "WITH logged AS (INSERT INTO changed_runs (run_ids) VALUES ($2))"
    " SELECT id FROM runs WHERE id = ANY($1::bytea[])"
)
"""Notes what changes, for those who follow, and tells which of it is stored already."""
_ATTACHMENT = (
    "INSERT INTO attachments (run_id, name, content_type, data) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (run_id, name) DO UPDATE SET content_type = excluded.content_type,"
    " data = excluded.data WHERE excluded.data > attachments.data"
)
_MIGRATION_LOCK = 7_207_441_091
"""Servers that start together bring the tables up to date one after another."""


class PostgresWriter:
    """Writes in groups: while some are being committed the next one gathers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.written = asyncio.Event()
        self.last_written = 0.0
        self._engine = engine
        self._orders: list[Order] = []
        self._gathered = asyncio.Condition()
        self._stopping = False
        self._lanes: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Bring the tables up to date and begin to write."""
        async with self._engine.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            await connection.run_sync(upgrade)
        self._lanes = [
            asyncio.create_task(_Lane(self._engine).run(self._next_group), name=f"writer-{lane}")
            for lane in range(_LANES)
        ]

    async def write(
        self, changes: Sequence[RunChange], attachments: Sequence[AttachmentPart] = ()
    ) -> None:
        """Wait until the group with these changes is committed."""
        if self._stopping:
            raise UnavailableError("the server is stopping")
        order = Order(asyncio.get_running_loop().create_future(), changes, attachments)
        self._orders.append(order)
        async with self._gathered:
            self._gathered.notify()
        await order.done
        self.last_written = time.monotonic()
        self.written.set()

    async def do(self, work: Work) -> Any:
        """Do `work` in a transaction of its own, beside the groups."""

        async def attempt() -> Any:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

        try:
            outcome = await _repeated(attempt)
        except (OperationalError, InterfaceError, OSError) as error:
            raise UnavailableError(str(error)) from error
        self.written.set()
        return outcome

    @property
    def waiting(self) -> int:
        """How many callers wait for the next group."""
        return len(self._orders)

    async def stop(self) -> None:
        """Commit what has gathered."""
        self._stopping = True
        async with self._gathered:
            self._gathered.notify_all()
        await asyncio.gather(*self._lanes)

    async def _next_group(self) -> list[Order]:
        async with self._gathered:
            await self._gathered.wait_for(lambda: self._orders or self._stopping)
            group, self._orders = cut(self._orders, _LONGEST_GROUP)
            return group


class _Lane:
    """Commits one group after another, on one connection for as long as it holds."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._used = 0.0

    async def run(self, next_group: Callable[[], Awaitable[list[Order]]]) -> None:
        """Go on until there is no group any more."""
        while group := await next_group():
            await self._serve(group)
        await self._leave()

    async def _serve(self, group: Sequence[Order]) -> None:
        """Commit a group and wake who waits, whatever happens: nobody else would."""
        failure: Exception | None = None
        try:
            await self._commit(group)
        except (*PASSING, DBAPIError, UnavailableError) as error:
            failure = UnavailableError(str(error))
        except Exception as error:  # noqa: BLE001 - it is handed to the caller who brought it
            await self._leave()
            if len(group) > 1:
                for order in group:
                    await self._serve([order])
                return
            failure = error
        answer(group, failure)

    async def _commit(self, group: Sequence[Order]) -> None:
        """To write a group twice is to write it once: so what breaks off is tried again."""
        rows = sorted((astuple(change) for change in joined(group)), key=itemgetter(0))
        # In one order, as the runs: two servers never wait for each other in a circle.
        files = sorted(
            (run_id(file.run_id), file.name, file.content_type, file.data)
            for order in group
            for file in order.attachments
        )
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                driver = await self._driver()
                async with driver.transaction():
                    await _store(driver, rows, staged=attempt > 1)
                    if files:
                        await driver.executemany(_ATTACHMENT, files)
            except (asyncpg.UniqueViolationError, asyncpg.TransactionRollbackError):
                if attempt == _ATTEMPTS:  # another writer brought the same runs at the same time
                    raise
            except (*PASSING, DBAPIError, UnavailableError):
                await self._leave()
                if attempt > 1:  # not only the old connection
                    raise
            else:
                return

    async def _driver(self) -> Any:
        """The driver's own connection: SQLAlchemy has no word for COPY."""
        if self._connection is None:
            self._connection = await self._engine.connect()
        driver = (await self._connection.get_raw_connection()).driver_connection
        if time.monotonic() - self._used > UNSEEN_SECONDS:
            await ping(driver)
        self._used = time.monotonic()
        return driver

    async def _leave(self) -> None:
        if self._connection is not None:
            with suppress(Exception):  # it is given up anyway
                await self._connection.invalidate()
                await self._connection.close()
            self._connection = None


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


async def _store(driver: Any, rows: Sequence[tuple[Any, ...]], *, staged: bool) -> None:
    if not rows:
        return
    ids = [row[0] for row in rows]
    stored = {record[0] for record in await driver.fetch(_LOG, ids, b"".join(ids))}
    if not staged:
        fresh = [row for row in rows if row[0] not in stored]
        if fresh:
            await driver.copy_records_to_table("runs", records=fresh, columns=COLUMNS)
        rows = [row for row in rows if row[0] in stored] if stored else ()
    if rows:
        await driver.execute(_MAKE_STAGE)
        await driver.copy_records_to_table(_STAGE, records=rows, columns=COLUMNS)
        await driver.execute(_JOIN)
