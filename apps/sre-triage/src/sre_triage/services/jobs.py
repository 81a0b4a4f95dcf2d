"""Who runs triage, and when: what every runner has in common."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from sre_triage.services.triage import Ticket, Triage

logger = structlog.stdlib.get_logger(__name__)


class Runner(Protocol):
    """Something that brings an incident's triage to its end."""

    async def start(self, ticket: Ticket) -> None:
        """See to it that the ticket is triaged. It may return before that, and never raises.

        A ticket that is already under way here is not started again.
        """


async def recover(triage: Triage, runner: Runner, *, every_s: float) -> None:
    """Start what waits and nobody works on: at once, then again and again, until cancelled.

    These are the incidents of servers and workers that were killed, of a queue that could not be
    reached, and of a database that was away when a result was to be stored.
    """
    untouched_s = 0.0
    async with asyncio.TaskGroup() as under_way:
        while True:
            try:
                tickets = await triage.waiting(untouched_s=untouched_s)
            except Exception:
                logger.exception("cannot look for incidents that wait")
            else:
                for ticket in tickets:
                    under_way.create_task(runner.start(ticket))
                untouched_s = every_s + triage.timeout_s
            await asyncio.sleep(every_s)
