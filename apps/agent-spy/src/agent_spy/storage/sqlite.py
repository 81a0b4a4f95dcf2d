"""The one writer of a SQLite file: a thread that commits whatever has gathered, as one group.

While a group is being committed the next one gathers. So the cost of a commit is shared by all
who wait, nobody meets a locked database, and the event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from agent_spy.migrations import upgrade
from agent_spy.storage.group import Order, answer, cut, joined
from agent_spy.storage.upsert import insert
from agent_spy.storage.writer import UnavailableError, Work
from agent_spy.wire.change import RunChange
from agent_spy.wire.multipart import AttachmentPart
from agent_spy.wire.values import run_id

_ROWS = 50
"""Rows of one statement."""
_LONGEST_GROUP = 5_000
"""Changes of one commit: bounds how long those who wait for it are held up."""
_SWITCH_SECONDS = 0.0001
"""The thread needs Python's lock some five times a commit, for microseconds. By default whoever
has it keeps it for 5 ms more, each time: commits took twice as long while requests were read."""
_LOG = "INSERT INTO changed_runs (run_ids) VALUES (?)"
"""Notes what changes, for those who follow (`agent_spy.services.follower`)."""
_ATTACHMENT = (
    "INSERT INTO attachments (run_id, name, content_type, data) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (run_id, name) DO UPDATE SET content_type = excluded.content_type,"
    " data = excluded.data WHERE excluded.data > attachments.data"
)
_PRAGMAS = (
    "page_size = 8192",  # a run of 2 kB fits with its neighbours; has no effect on an old file
    "journal_mode = WAL",
    # It survives the process's death at any point; a power cut may cost the last moments.
    "synchronous = NORMAL",
    "wal_autocheckpoint = 2000",
    "cache_size = -32000",
    "busy_timeout = 5000",
)


class SqliteWriter:
    """Writes to a file; every other connection only reads."""

    def __init__(self, path: str) -> None:
        self.written = asyncio.Event()
        self.last_written = 0.0
        self._engine = create_engine(
            URL.create("sqlite", database=path),
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"check_same_thread": False},
        )
        self._orders: list[Order] = []
        self._wake = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Bring the tables up to date and start the thread."""
        self._loop = asyncio.get_running_loop()
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._connection = await asyncio.to_thread(self._open)
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def write(
        self, changes: Sequence[RunChange], attachments: Sequence[AttachmentPart] = ()
    ) -> None:
        """Wait until the group with these changes is committed."""
        await self._order(Order(self._loop.create_future(), changes, attachments))
        self.last_written = time.monotonic()

    async def do(self, work: Work) -> Any:
        """Wait until the group with this work is committed."""
        return await self._order(Order(self._loop.create_future(), work=work))

    @property
    def waiting(self) -> int:
        """How many callers wait for the next group."""
        return len(self._orders)

    async def stop(self) -> None:
        """Commit what has gathered, then end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread:
            await asyncio.to_thread(self._thread.join)
            self._connection.close()
        self._engine.dispose()

    async def _order(self, order: Order) -> Any:
        with self._wake:
            if self._stopping:
                raise UnavailableError("the server is stopping")
            self._orders.append(order)
            self._wake.notify()
        outcome = await order.done
        self.written.set()
        return outcome

    def _open(self) -> Connection:
        connection = self._engine.connect()
        for pragma in _PRAGMAS:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        upgrade(connection)
        return connection

    def _run(self) -> None:
        while group := self._next_group():
            self._serve(group)

    def _serve(self, group: Sequence[Order]) -> None:
        """Commit a group and wake who waits, whatever happens: nobody else would."""
        failure: Exception | None = None
        try:
            self._commit(group)
        except (sqlite3.Error, OperationalError) as error:
            failure = UnavailableError(str(error))
        except Exception as error:  # noqa: BLE001 - it is handed to the caller who brought it
            if len(group) > 1:
                for order in group:
                    self._serve([order])
                return
            failure = error
        self._loop.call_soon_threadsafe(answer, group, failure)

    def _next_group(self) -> list[Order]:
        with self._wake:
            while not self._orders and not self._stopping:
                self._wake.wait()
            group, self._orders = cut(self._orders, _LONGEST_GROUP)
            return group

    def _commit(self, group: Sequence[Order]) -> None:
        driver: Any = self._connection.connection.driver_connection
        changes = joined(group)
        rows = iter(changes)
        files = [
            (run_id(file.run_id), file.name, file.content_type, file.data)
            for order in group
            for file in order.attachments
        ]
        driver.execute("BEGIN IMMEDIATE")
        try:
            while chunk := list(islice(rows, _ROWS)):
                values = tuple(chain.from_iterable(map(astuple, chunk)))
                driver.execute(insert(len(chunk)), values)
            if changes:
                driver.execute(_LOG, (b"".join(change.id for change in changes),))
            if files:
                driver.executemany(_ATTACHMENT, files)
            for order in group:
                if order.work:
                    order.outcome = self._attempt(driver, order.work)
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise

    def _attempt(self, driver: sqlite3.Connection, work: Work) -> Any:
        """One caller's mistake takes back its own work, not the group's."""
        driver.execute("SAVEPOINT work")
        try:
            outcome = work(self._connection)
        except (sqlite3.OperationalError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - it is handed to the caller who brought the work
            driver.execute("ROLLBACK TO work")
            outcome = error
        driver.execute("RELEASE work")
        return outcome
