"""What the dashboard asks for."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from agent_spy.api.answer import kept
from agent_spy.api.caller import Only
from agent_spy.repositories.roots import RootFilter
from agent_spy.schemas.values import Cursor, Moment
from agent_spy.services.answers import Answer
from agent_spy.services.dashboard import Dashboard
from agent_spy.wire.values import microseconds

router = APIRouter(prefix="/dashboard", tags=["dashboard"])


@router.get("/runs/roots")
async def roots(
    request: Request,
    only: Only,
    project: str | None = None,
    status: Literal["running", "completed", "failed"] | None = None,
    search: Annotated[str | None, Query(max_length=500)] = None,
    start_time_gte: Moment | None = None,
    start_time_lte: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    cursor: Cursor | None = None,
) -> Response:
    """List traces, newest first; `next_cursor` leads on as fast on any page."""
    wanted = RootFilter(
        project=project or None,
        status=status,
        since=_stored(start_time_gte),
        until=_stored(start_time_lte),
        only=only,
        search=search or None,
    )

    def make() -> Awaitable[bytes]:
        board: Dashboard = request.app.state.dashboard
        return board.roots(wanted, limit=limit, offset=offset, cursor=cursor)

    return await kept(request, only, make)


@router.get("/runs/{trace_id}/hierarchy")
async def hierarchy(request: Request, trace_id: UUID, only: Only) -> Response:
    """Give a trace as a tree."""
    return await kept(
        request, only, lambda: request.app.state.dashboard.hierarchy(trace_id, only=only)
    )


@router.get("/stats/summary")
async def summary(request: Request, only: Only) -> Response:
    """Count everything."""

    async def make() -> Answer:
        found = await request.app.state.dashboard.summary(only=only)
        moment = {"timestamp": datetime.now(UTC).isoformat()}
        return Answer.of(orjson.dumps(found | moment), told=orjson.dumps(found))

    return await kept(request, only, make)


def _stored(time: Moment | None) -> int | None:
    return None if time is None else microseconds(time.isoformat())
