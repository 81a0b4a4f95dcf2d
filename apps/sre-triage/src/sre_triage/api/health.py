"""Whether the app lives, and whether it is ready for requests."""

from __future__ import annotations

from fastapi import APIRouter

from sre_triage.api.dependencies import Db
from sre_triage.services import health

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def get_live() -> dict[str, str]:
    """Answer 200 while the process answers at all; else it should be restarted."""
    return {"status": "ok"}


@router.get("/ready")
async def get_ready(db: Db) -> dict[str, str]:
    """Answer 200 when incidents can be read, else 503: send requests elsewhere meanwhile."""
    await health.check_database(db)
    return {"status": "ok"}
