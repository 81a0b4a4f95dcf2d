"""Whether anything has changed in the database, by whichever process.

PostgreSQL's answer comes from its driver: `agent_spy.storage.postgres_reader`.
"""

from __future__ import annotations

import sqlite3
from typing import Protocol


class State(Protocol):
    """Tells states of the database apart."""

    async def now(self) -> str:
        """The same text as before only if nothing has been committed since."""

    def close(self) -> None:
        """Let go of what it holds."""


class SqliteState:
    """SQLite counts the commits of all other connections; this one makes none.

    The count stands in shared memory: it is read in microseconds, less than a thread would take.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    async def now(self) -> str:
        """The number of the last commit, as this connection counts."""
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, isolation_level=None)
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return str(version)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
