"""Who runs triage, and when: what every runner has in common."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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


async def recover(
    triage: Triage, runner: Runner, found: Sequence[Ticket], *, every_s: float
) -> None:
    """Start what waits and nobody works on: `found` at once, then what a look each time finds.

    These are the incidents of servers and workers that were killed, of a queue that could not be
    reached, and of a database that was away when a result was to be stored. It goes on until it
    is cancelled.
    """
    async with asyncio.TaskGroup() as under_way:
        while True:
            for ticket in found:
                under_way.create_task(runner.start(ticket))
            await asyncio.sleep(every_s)
            try:
                found = await triage.waiting(untouched_s=every_s + triage.timeout_s)
            except Exception:
                logger.exception("cannot look for incidents that wait")
                found = ()
