"""Triage through a queue on PostgreSQL or Redis, so that any worker may take it up.

The queue says when, the incident's row says whether. A job that is delivered twice finds the
result stored; one that is lost is put in again by `recover`.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from saq import Queue, Worker
from saq.types import Context

from sre_triage.services.triage import Ticket, Triage, TryAgainError

_NAME = "sre-triage"
_TRIAGE = "triage"
_MANY = 1_000_000
"""How often a job may run is the incident's to count: its count outlives the queue's."""

logger = structlog.stdlib.get_logger(__name__)


class Queued:
    """Puts tickets into the queue, and works on them if asked to."""

    def __init__(self, queue: Queue, triage: Triage, *, at_once: int, sweep_s: int) -> None:
        self._queue = queue
        self._triage = triage
        self._at_once = at_once
        self._sweep_s = sweep_s

    async def start(self, ticket: Ticket) -> None:
        """Return when the ticket is in the queue, or was there already."""
        try:
            await self._queue.enqueue(
                _TRIAGE,
                key=f"{ticket.incident_id}:{ticket.round}",
                incident_id=str(ticket.incident_id),
                round=ticket.round,
                # A job that runs longer lost its worker: the attempt itself ends before.
                timeout=math.ceil(self._triage.timeout_s) + 5,
                retries=_MANY,
            )
        except Exception:
            # The answer is sent. The incident still waits, and `recover` tries again.
            logger.exception("cannot queue", incident_id=str(ticket.incident_id))

    async def work(self) -> None:
        """Take tickets from the queue until cancelled. What is under way then goes back."""
        worker: Worker[Context] = Worker(
            self._queue,
            [(_TRIAGE, self._run)],
            concurrency=self._at_once,
            timers={"schedule": 1, "worker_info": 10, "abort": 1, "sweep": self._sweep_s},
        )
        worker.SIGNALS = []  # they are for whoever runs the process
        await worker.start()

    async def _run(self, ctx: Context, *, incident_id: str, round: int) -> None:
        try:
            await self._triage.attempt(Ticket(UUID(incident_id), round))
        except TryAgainError as again:
            ctx["job"].retry_delay = again.delay_s
            raise


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Queue]:
    """Open the queue at `url` (`postgresql://…` or `redis://…`), and make its tables."""
    queue = Queue.from_url(url, name=_NAME)
    await queue.connect()
    try:
        yield queue
    finally:
        try:
            await queue.disconnect()
        except Exception:
            logger.exception("the queue went away before it was closed")
