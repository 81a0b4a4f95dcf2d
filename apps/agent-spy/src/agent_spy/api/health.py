"""Health for load balancers and people; open to everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter(prefix="/health", tags=["health"])


@router.get("", responses={503: {"description": "The database does not answer"}})
async def health(request: Request, response: Response) -> dict[str, Any]:
    """Say how the server is; 200 when it can take runs."""
    settings = request.app.state.settings
    answers = await request.app.state.health.database_answers()
    status = "healthy" if answers else "unhealthy"
    if not answers:
        response.status_code = 503
    return {
        "status": status,
        "timestamp": datetime.now(UTC),
        "version": settings.app_version,
        "environment": settings.environment,
        "uptime_seconds": request.app.state.health.uptime_seconds,
        "database_status": status,
        "dependencies": {"database": status},
    }


@router.get("/ready", responses={503: {"description": "It cannot take requests now"}})
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Say whether requests may be sent here."""
    checks = {
        "application": not request.app.state.stopping,
        "database": await request.app.state.health.database_answers(),
        "configuration": True,  # a wrong one ends the start
    }
    if not all(checks.values()):
        response.status_code = 503
    return {"ready": all(checks.values()), "checks": checks, "timestamp": datetime.now(UTC)}


@router.get("/live")
async def live() -> dict[str, Any]:
    """Say that the process runs; the database is not asked."""
    return {"status": "alive", "timestamp": datetime.now(UTC)}
