"""Where SDKs read runs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from agent_spy.services.runs import Query

router = APIRouter(tags=["runs"])


@router.post("/runs/query")
async def query(request: Request, query: Query) -> Response:
    """List runs, newest first, a page at a time."""
    return _json(await request.app.state.runs.query(query))


@router.get("/runs/{run_id}")
async def read(request: Request, run_id: UUID) -> Response:
    """Give one run."""
    return _json(await request.app.state.runs.get(run_id))


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")
