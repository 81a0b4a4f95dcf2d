"""Store and find incidents. A function that writes has committed when it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sre_triage.models import Incident, Status


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list and the length of the whole."""

    items: Sequence[Incident]
    total: int
    page: int
    per_page: int


async def create_incident(db: AsyncSession, *, title: str, description: str) -> Incident:
    """Store a new incident that waits for its triage."""
    incident = Incident(title=title, description=description)
    db.add(incident)
    await db.commit()
    return incident


async def get_incident(db: AsyncSession, incident_id: UUID) -> Incident | None:
    """Return the incident, or `None` when there is none of that id."""
    return await db.get(Incident, incident_id)


async def list_incidents(
    db: AsyncSession, *, status: Status | None, page: int, per_page: int
) -> Page:
    """Return page number `page` (from 1), newest first; a page past the end is empty."""
    found = select(Incident)
    if status is not None:
        found = found.where(Incident.status == status)
    total = await db.scalar(select(func.count()).select_from(found.subquery()))
    items = await db.scalars(
        # The id settles the order of incidents that came in the same microsecond.
        found.order_by(Incident.created_at.desc(), Incident.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return Page(items=items.all(), total=total or 0, page=page, per_page=per_page)
