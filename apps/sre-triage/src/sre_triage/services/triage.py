"""Triage one stored incident, outside of any request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import update

from sre_triage.database import Sessions
from sre_triage.models import Incident, Status
from sre_triage.services.incidents import get_incident
from sre_triage.services.rules import Assessment

Step: TypeAlias = Callable[[str, str], Awaitable[Assessment]]
"""Title and description to an assessment; it may be slow, and it may raise."""

_LONGEST_REASON = 500

logger = logging.getLogger(__name__)


async def run_triage(
    sessions: Sessions, step: Step, incident_id: UUID, *, timeout_seconds: float
) -> None:
    """Assess the incident and store the result; a step that raises marks it `triage_failed`.

    No session is open while the step runs, so a slow one holds no connection and no lock.
    """
    async with sessions() as db:
        incident = await get_incident(db, incident_id)
    if incident is None:
        logger.error("incident %s is gone before its triage", incident_id)
        return
    try:
        async with asyncio.timeout(timeout_seconds) as limit:
            assessment = await step(incident.title, incident.description)
        await _store_assessment(sessions, incident_id, assessment)
    except Exception as error:
        logger.exception("triage of incident %s failed", incident_id)
        reason = (
            f"triage took longer than {timeout_seconds:g} s"
            if limit.expired()
            else f"{type(error).__name__}: {error}"
        )
        await _store_failure(sessions, incident_id, reason[:_LONGEST_REASON])


async def _store_assessment(sessions: Sessions, incident_id: UUID, assessment: Assessment) -> None:
    async with sessions.begin() as db:
        await db.execute(
            update(Incident)
            .where(Incident.id == incident_id)
            .values(
                status=Status.TRIAGED,
                triaged_at=datetime.now(UTC),
                severity=assessment.severity,
                category=assessment.category,
                likely_cause=assessment.likely_cause,
                suggested_action=assessment.suggested_action,
            )
        )


async def _store_failure(sessions: Sessions, incident_id: UUID, reason: str) -> None:
    async with sessions.begin() as db:
        await db.execute(
            update(Incident)
            .where(Incident.id == incident_id)
            .values(status=Status.TRIAGE_FAILED, failure_reason=reason)
        )
