"""What happened to an incident, in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sre_triage.models import Event, EventKind, Incident
from sre_triage.services.pages import Page, read_page


def record(db: AsyncSession, incident_id: UUID, kind: EventKind, **data: Any) -> None:
    """Add an event to the caller's transaction: it is committed with what it tells of."""
    db.add(Event(incident_id=incident_id, kind=kind, data=data))


async def list_events(
    db: AsyncSession, incident_id: UUID, *, page: int, per_page: int
) -> Page[Event] | None:
    """Return a page of the incident's events, oldest first, or `None` without the incident."""
    if await db.get(Incident, incident_id) is None:
        return None
    found = select(Event).where(Event.incident_id == incident_id)
    return await read_page(db, found, order=[Event.id], page=page, per_page=per_page)
