"""Whether the server can do its work."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import text

from agent_spy.storage.database import Database

_PATIENCE_SECONDS = 2.0
_A_RUN = text("SELECT 1 FROM runs LIMIT 1")


class Health:
    """Checks that look, each time they are asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._started = time.monotonic()

    @property
    def uptime_seconds(self) -> float:
        """Since the server was built."""
        return time.monotonic() - self._started

    async def database_answers(self) -> bool:
        """Whether a row can be read and a transaction be committed, soon."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._database.reader.read(lambda c: c.execute(_A_RUN).first())
                await self._database.writer.do(lambda _connection: None)
        except Exception:  # noqa: BLE001 - whatever it is, the database does not answer
            return False
        return True
