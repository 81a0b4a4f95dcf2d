"""Triage in the server's own process: the default, and all that SQLite needs."""

from __future__ import annotations

import asyncio

import structlog

from sre_triage.services.triage import Ticket, Triage, TryAgainError

logger = structlog.stdlib.get_logger(__name__)


class InProcess:
    """Runs triages here, so many at a time, and waits between their attempts."""

    def __init__(self, triage: Triage, *, at_once: int) -> None:
        self._triage = triage
        self._slots = asyncio.Semaphore(at_once)
        self._under_way: set[Ticket] = set()

    async def start(self, ticket: Ticket) -> None:
        """Return when the ticket's triage is at its end."""
        if ticket in self._under_way:
            return
        self._under_way.add(ticket)
        try:
            while True:
                try:
                    async with self._slots:
                        await self._triage.attempt(ticket)
                except TryAgainError as again:
                    delay_s = again.delay_s
                else:
                    return
                await asyncio.sleep(delay_s)
        except Exception:
            # The database is away. The incident still waits, and `recover` comes back to it.
            logger.exception("triage broke off", incident_id=str(ticket.incident_id))
        finally:
            self._under_way.discard(ticket)
