"""Whether the app is ready for requests."""

from __future__ import annotations

from fastapi import APIRouter

from sre_triage.api.dependencies import Db
from sre_triage.services import health

router = APIRouter(tags=["health"])


@router.get("/health")
async def get_health(db: Db) -> dict[str, str]:
    """Answer 200 when incidents can be read, else 503."""
    await health.check_database(db)
    return {"status": "ok"}
