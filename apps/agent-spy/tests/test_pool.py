"""Connections to PostgreSQL: asked whether they live only after they were idle."""

from __future__ import annotations

import asyncio

from agent_spy.settings import Settings
from agent_spy.storage import pool


async def sent_by_a_checkout(url):
    """What goes to the server when a connection is taken from the pool again."""
    engine = pool.create_pool(Settings(database_url=url))
    sent = []
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        driver.add_query_logger(lambda record: sent.append(record.query))
    async with engine.connect():
        pass
    await engine.dispose()
    return sent


def test_a_connection_that_was_used_lately_is_not_asked(postgres):
    """Nothing goes to the server but the question."""
    assert asyncio.run(sent_by_a_checkout(postgres())) == []


def test_a_connection_that_was_idle_is_asked(postgres, monkeypatch):
    """The network between may be gone, which nobody tells."""
    monkeypatch.setattr(pool, "UNSEEN_SECONDS", 0.0)
    assert "SELECT 1" in asyncio.run(sent_by_a_checkout(postgres()))
