"""Triage one stored incident, outside of any request.

The incident's row is the truth: it is pending until a result is stored, and a result is stored
once. So a triage may be started twice, killed, or lost, and at worst it is done again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Update, func, select, update

from sre_triage.database import Sessions
from sre_triage.models import EventKind, Incident, Status
from sre_triage.services import logs
from sre_triage.services.assessment import Assessment, Report, Step, TemporaryError
from sre_triage.services.timeline import record

_LONGEST_REASON = 500
_LONGEST_DELAY_S = 60.0
_WAITING_AT_ONCE = 1_000

logger = structlog.stdlib.get_logger(__name__)


class Ticket(NamedTuple):
    """What is handed to a runner: one round of triage of one incident."""

    incident_id: UUID
    round: int


class TryAgainError(Exception):
    """The attempt failed for now; the incident still waits."""

    def __init__(self, reason: str, delay_s: float) -> None:
        super().__init__(reason)
        self.delay_s = delay_s


@dataclass(frozen=True, slots=True)
class Triage:
    """How incidents are triaged; whoever runs it calls `attempt`."""

    sessions: Sessions
    step: Step
    timeout_s: float
    attempts: int
    """How often a round may be begun before the incident is marked as failed."""
    retry_s: float
    """The wait before the second attempt; it doubles with each."""

    async def attempt(self, ticket: Ticket) -> None:
        """Assess the incident and store the result, or mark it `triage_failed`.

        Raises `TryAgainError` when it should be called again later, and SQLAlchemy's errors when
        the database is not there. No session is open while the step runs, so a slow one holds
        no connection and no lock.
        """
        number = await self._begin(ticket)
        if number is None:
            return
        if number > self.attempts:  # earlier ones died with their process
            await self._fail(ticket, f"{self.attempts} attempts did not come to an end")
            return
        report = await self._report(ticket)
        try:
            assessment = await self._assess(report)
        except TemporaryError as error:
            await self._postpone(ticket, number, error)
        except Exception as error:
            logger.exception("triage failed", incident_id=str(ticket.incident_id))
            await self._fail(ticket, f"{type(error).__name__}: {error}")
        else:
            await self._store(ticket, assessment)

    async def waiting(self, *, untouched_s: float = 0) -> Sequence[Ticket]:
        """Return what waits and was not begun in the last `untouched_s` seconds, oldest first."""
        since = func.coalesce(Incident.attempted_at, Incident.created_at)
        found = (
            select(Incident.id, Incident.triage_round)
            .where(
                Incident.status == Status.PENDING,
                since <= datetime.now(UTC) - timedelta(seconds=untouched_s),
            )
            .order_by(Incident.created_at)
            .limit(_WAITING_AT_ONCE)
        )
        async with self.sessions() as db:
            return [Ticket(*row) for row in await db.execute(found)]

    async def _begin(self, ticket: Ticket) -> int | None:
        """Count the attempt; `None` when there is nothing to do any more."""
        async with self.sessions.begin() as db:
            number = await db.scalar(
                _of(ticket)
                .values(
                    triage_attempts=Incident.triage_attempts + 1, attempted_at=datetime.now(UTC)
                )
                .returning(Incident.triage_attempts)
            )
            if number is not None and number <= self.attempts:
                record(db, ticket.incident_id, EventKind.TRIAGE_STARTED, attempt=number)
        return number

    async def _report(self, ticket: Ticket) -> Report:
        async with self.sessions() as db:
            incident = await db.get_one(Incident, ticket.incident_id)
            ends = await logs.excerpts(db, incident.id)
        return Report(incident.title, incident.description, ends)

    async def _assess(self, report: Report) -> Assessment:
        try:
            async with asyncio.timeout(self.timeout_s) as limit:
                assessment = await self.step(report)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise TemporaryError(f"triage took longer than {self.timeout_s:g} s") from error
        if not isinstance(assessment, Assessment):
            raise TypeError(f"the step answered {assessment!r}")
        return assessment

    async def _postpone(self, ticket: Ticket, number: int, error: TemporaryError) -> None:
        reason = str(error)[:_LONGEST_REASON]
        if number >= self.attempts:
            await self._fail(ticket, reason)
            return
        longest = min(self.retry_s * 2 ** (number - 1), _LONGEST_DELAY_S)
        # Jitter keeps those that failed together from coming back together.
        delay_s = max(error.retry_after_s, longest * random.uniform(0.5, 1))  # noqa: S311
        async with self.sessions.begin() as db:
            record(
                db,
                ticket.incident_id,
                EventKind.TRIAGE_POSTPONED,
                reason=reason,
                seconds=round(delay_s, 3),
            )
        raise TryAgainError(reason, delay_s) from error

    async def _store(self, ticket: Ticket, assessment: Assessment) -> None:
        """Store the result, unless another attempt or a person was first."""
        result = {
            "severity": assessment.severity,
            "category": assessment.category,
            "assessed_by": assessment.assessed_by,
        }
        async with self.sessions.begin() as db:
            stored = await db.scalar(
                _of(ticket)
                .values(
                    **result,
                    status=Status.TRIAGED,
                    triaged_at=datetime.now(UTC),
                    likely_cause=assessment.likely_cause,
                    suggested_action=assessment.suggested_action,
                    version=Incident.version + 1,
                )
                .returning(Incident.id)
            )
            if stored:
                record(db, ticket.incident_id, EventKind.TRIAGE_FINISHED, **result)

    async def _fail(self, ticket: Ticket, reason: str) -> None:
        reason = reason[:_LONGEST_REASON]
        async with self.sessions.begin() as db:
            stored = await db.scalar(
                _of(ticket)
                .values(
                    status=Status.TRIAGE_FAILED,
                    failure_reason=reason,
                    version=Incident.version + 1,
                )
                .returning(Incident.id)
            )
            if stored:
                record(db, ticket.incident_id, EventKind.TRIAGE_FAILED, reason=reason)


def _of(ticket: Ticket) -> Update:
    """Change the incident if it still waits for this very round."""
    return update(Incident).where(
        Incident.id == ticket.incident_id,
        Incident.triage_round == ticket.round,
        Incident.status == Status.PENDING,
    )
