"""Reading by the driver, past SQLAlchemy: what is found, and what may go wrong with it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import bindparam, func, select, type_coerce
from sqlalchemy.types import NULLTYPE

from agent_spy.models import Run
from agent_spy.settings import Settings
from agent_spy.storage.database import open_database

NAMED = select(type_coerce(Run.id, NULLTYPE), Run.name).where(Run.id == bindparam("wanted"))
END_SLEEPERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND query LIKE '%pg_sleep%' AND state = 'active'"
)
PAGE = "/dashboard/runs/roots"


@asynccontextmanager
async def started(url):
    database = open_database(Settings(database_url=url))
    await database.start()
    try:
        yield database
    finally:
        await database.stop()


def test_rows_are_the_same_by_either_way(settings, serving, a_run, database_url):
    """Ids are bytes, fields have their places, and nothing found is no row."""

    async def run():
        async with serving(settings(database_url=database_url)) as client:
            one = a_run(name="ü🙂")
            await client.post("/runs", json=one)
            reader = client.app.state.database.reader
            identity = bytes.fromhex(one["id"].replace("-", ""))
            found = await reader.rows(NAMED, {"wanted": identity})
            assert [tuple(row) for row in found] == [(identity, "ü🙂")]
            assert list(await reader.rows(NAMED, {"wanted": bytes(16)})) == []

    asyncio.run(run())


def test_an_ended_connection_is_not_missed(postgres):
    """Whoever asks through one is answered by the next, even if it ends amid the answer."""
    url = postgres()

    async def run():
        async with started(url) as database:
            slow = asyncio.create_task(database.reader.rows(select(func.pg_sleep(0.5)), {}))
            other = await asyncpg.connect(url.replace("+asyncpg", ""))
            for _ in range(500):
                if await other.fetchval(END_SLEEPERS):
                    break
                await asyncio.sleep(0.01)
            else:
                raise AssertionError("nobody slept")
            assert len(await slow) == 1
            await other.close()

    asyncio.run(run())


def test_who_leaves_takes_no_connection_along(postgres):
    """A client that hangs up in the middle of a question leaves the pool as it was."""

    async def run():
        async with started(postgres()) as database:
            for _ in range(40):
                slow = database.reader.rows(select(func.pg_sleep(5)), {})
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(slow, 0.01)
            assert len(await database.reader.rows(select(func.pg_sleep(0)), {})) == 1
            assert database.engine.pool.checkedout() == 0

    asyncio.run(run())


def test_a_value_that_postgresql_cannot_hold_is_400(settings, serving, postgres):
    """It is the client's fault, and the server says so."""

    async def run():
        async with serving(settings(database_url=postgres())) as client:
            refused = await client.get(PAGE, params={"project": "a\0b"})
            assert (refused.status_code, refused.json()["detail"]) == (
                400,
                "A value that the database cannot hold",
            )
            assert (await client.get(PAGE)).status_code == 200

    asyncio.run(run())


@pytest.mark.parametrize("echo", [True, False])
def test_statements_are_logged_if_asked_for(settings, serving, database_url, capfd, echo):
    """`DATABASE_ECHO` shows each, also those that the driver would be asked itself."""

    async def run():
        values = {"database_url": database_url, "database_echo": echo, "log_level": "INFO"}
        async with serving(settings(**values)) as client:
            await client.get(PAGE)

    asyncio.run(run())
    logging.getLogger().handlers.clear()  # what it writes to is closed after this test
    assert ("LEFT OUTER JOIN projects" in capfd.readouterr().err) is echo
