"""Writers go on whatever they are brought: who waits is answered, and nobody pays for another."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from sqlalchemy import func, select

from agent_spy.models import Run
from agent_spy.settings import Settings
from agent_spy.storage.database import open_database
from agent_spy.wire.change import RunChange

UNWRITABLE = {"sqlite": "\ud800", "postgresql": "a\0b"}
"""Text that the driver or the database refuses; the wire lets neither through."""


def test_what_cannot_be_stored_costs_the_others_nothing(database_url):
    """One of many who write at once brings it: it alone is refused, and writing goes on."""
    refused = UNWRITABLE[database_url.split("+")[0]]

    def change(name):
        return RunChange(id=uuid4().bytes, name=name)

    async def run():
        database = open_database(Settings(database_url=database_url))
        await database.start()
        try:
            for _ in range(5):  # more often than there are writers
                names = ["good"] * 10 + [refused] + ["good"] * 10
                async with asyncio.timeout(20):
                    outcomes = await asyncio.gather(
                        *(database.writer.write([change(name)]) for name in names),
                        return_exceptions=True,
                    )
                assert [outcome is not None for outcome in outcomes] == [
                    name == refused for name in names
                ]
            ((stored,),) = await database.reader.rows(select(func.count(Run.id)), {})
            assert stored == 100
        finally:
            await database.stop()

    asyncio.run(run())
