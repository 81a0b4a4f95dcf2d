"""Where SDKs read runs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from agent_spy.api.answer import kept, known
from agent_spy.api.caller import Base, Only
from agent_spy.services.answers import Answer
from agent_spy.services.query import Query

router = APIRouter(tags=["runs"])


@router.post("/runs/query")
async def query(request: Request, query: Query, base: Base, only: Only) -> Response:
    """List runs, newest first, a page at a time."""
    found = await request.app.state.runs.query(query, base, only=only)
    return Response(found, media_type="application/json")


@router.post("/runs/stats")
async def stats(request: Request, query: Query, only: Only) -> Response:
    """Sum up the runs that answer a query."""
    return await kept(request, only, lambda: request.app.state.sums.of_runs(query, only=only))


@router.get("/runs/{run_id:uuid}")
async def read(request: Request, run_id: UUID, base: Base, only: Only) -> Response:
    """Give one run."""
    return known(request, Answer.of(await request.app.state.runs.get(run_id, base, only=only)))
