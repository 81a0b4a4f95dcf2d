"""Whether the app can do its work."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sre_triage.models import Incident


async def check_database(db: AsyncSession) -> None:
    """Return when incidents can be read; raise SQLAlchemy's error otherwise."""
    await db.execute(select(Incident.id).limit(1))
