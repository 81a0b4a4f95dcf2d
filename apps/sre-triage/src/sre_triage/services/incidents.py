"""Store, find and change incidents. A function that writes has committed when it returns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from sre_triage.models import EventKind, Incident, Status
from sre_triage.services.pages import Page, read_page
from sre_triage.services.timeline import record

_ASSESSED = {"severity", "category"}
_PERSON = "person"


class ChangedMeanwhileError(Exception):
    """Someone else changed the incident since the caller read it."""


async def create_incident(db: AsyncSession, *, title: str, description: str) -> Incident:
    """Store a new incident that waits for its triage."""
    incident = Incident(id=uuid4(), title=title, description=description)
    db.add(incident)
    await db.flush()
    record(db, incident.id, EventKind.CREATED)
    await db.commit()
    return incident


async def get_incident(db: AsyncSession, incident_id: UUID) -> Incident | None:
    """Return the incident, or `None` when there is none of that id."""
    return await db.get(Incident, incident_id)


async def list_incidents(
    db: AsyncSession, *, status: Status | None, page: int, per_page: int
) -> Page[Incident]:
    """Return page number `page` (from 1), newest first; a page past the end is empty."""
    found = select(Incident)
    if status is not None:
        found = found.where(Incident.status == status)
    # The id settles the order of incidents that came in the same microsecond.
    order = [Incident.created_at.desc(), Incident.id.desc()]
    return await read_page(db, found, order=order, page=page, per_page=per_page)


async def update_incident(
    db: AsyncSession, incident_id: UUID, changes: Mapping[str, Any], *, version: int | None
) -> Incident | None:
    """Change columns by name; `None` without the incident.

    With `version`, only the incident of that version is changed. Who sets severity or category
    has triaged it: a triage that still runs is dropped.
    """
    incident = await db.get(Incident, incident_id)
    if incident is None:
        return None
    if version not in {None, incident.version}:
        raise ChangedMeanwhileError
    changed = {name: new for name, new in changes.items() if getattr(incident, name) != new}
    if not changed:
        return incident
    told = {name: [getattr(incident, name), new] for name, new in changed.items()}
    for name, new in changed.items():
        setattr(incident, name, new)
    if _ASSESSED & changed.keys():
        incident.assessed_by = _PERSON
        if incident.status in {Status.PENDING, Status.TRIAGE_FAILED}:
            incident.status = Status.TRIAGED
            incident.triaged_at = datetime.now(UTC)
            incident.failure_reason = None
    record(db, incident_id, EventKind.UPDATED, changes=told)
    try:
        await db.commit()
    except StaleDataError as error:
        raise ChangedMeanwhileError from error
    return incident


async def request_triage(db: AsyncSession, incident_id: UUID) -> Incident | None:
    """Make the incident wait for a triage again; `None` without the incident.

    One that waits already is left as it is.
    """
    incident = await db.get(Incident, incident_id)
    if incident is None or incident.status is Status.PENDING:
        return incident
    incident.status = Status.PENDING
    incident.failure_reason = None
    incident.triage_round += 1
    incident.triage_attempts = 0
    incident.attempted_at = None
    record(db, incident_id, EventKind.TRIAGE_REQUESTED)
    try:
        await db.commit()
    except StaleDataError as error:
        raise ChangedMeanwhileError from error
    return incident
