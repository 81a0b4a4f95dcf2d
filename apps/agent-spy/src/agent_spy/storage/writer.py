"""What every writer offers, and what can go wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Connection

from agent_spy.wire.change import RunChange
from agent_spy.wire.multipart import AttachmentPart

Work: TypeAlias = Callable[[Connection], Any]
"""What is done in a transaction: with a connection, and nothing but statements in it."""


class UnavailableError(Exception):
    """The database cannot take anything now; the same call may go through later."""


class Writer(Protocol):
    """Stores things; each call returns once what it asked for is committed."""

    written: asyncio.Event
    """Set after each commit; whoever follows clears it."""
    last_written: float
    """When runs were committed last, by the monotonic clock."""

    async def start(self) -> None:
        """Bring the tables up to date, and open what is written to."""

    async def write(
        self, changes: Sequence[RunChange], attachments: Sequence[AttachmentPart] = ()
    ) -> None:
        """Join `changes` with what is stored of their runs.

        Raises:
            UnavailableError: nothing of it is stored.
        """

    async def do(self, work: Work) -> Any:
        """Do `work` in a transaction of its own, and return what it returns.

        Raises:
            UnavailableError: nothing of it is stored.
        """

    async def stop(self) -> None:
        """Commit what is under way, then close."""

    @property
    def waiting(self) -> int:
        """How many callers wait for the next group."""
