"""Metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from agent_spy.api.caller import Only
from agent_spy.errors import ForbiddenError

router = APIRouter(tags=["service"])


@router.get("/metrics")
async def metrics(request: Request, only: Only) -> Response:
    """Tell what this process has done; only for keys that open everything."""
    if only is not None:
        raise ForbiddenError("This key opens one project only")
    await request.app.state.follower.waiting()
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
