"""Feedback on runs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from agent_spy.api.body import read_body
from agent_spy.api.caller import Only

router = APIRouter(prefix="/feedback", tags=["feedback"])
Several = Annotated[list[str] | None, Query()]
Ids = Annotated[list[UUID] | None, Query()]


@router.post("")
async def create(request: Request, only: Only) -> Response:
    """Take a piece of feedback; the run need not be known yet."""
    return _json(await request.app.state.feedback.create(await read_body(request), only=only))


@router.get("")
async def find(
    request: Request,
    only: Only,
    run: Ids = None,
    key: Several = None,
    source: Several = None,
    session: Ids = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Response:
    """List feedback, the newest first."""
    found = await request.app.state.feedback.find(
        runs=run, keys=key, sources=source, sessions=session, limit=limit, offset=offset, only=only
    )
    return _json(found)


@router.get("/{feedback_id:uuid}")
async def read(request: Request, feedback_id: UUID, only: Only) -> Response:
    """Give a piece of feedback."""
    return _json(await request.app.state.feedback.get(feedback_id, only=only))


@router.patch("/{feedback_id:uuid}")
async def change(request: Request, feedback_id: UUID, only: Only) -> Response:
    """Change a score, a value, a correction or a comment."""
    body = await read_body(request)
    return _json(await request.app.state.feedback.change(feedback_id, body, only=only))


@router.delete("/{feedback_id:uuid}")
async def delete(request: Request, feedback_id: UUID, only: Only) -> dict[str, str]:
    """Delete a piece of feedback."""
    await request.app.state.feedback.delete(feedback_id, only=only)
    return {"message": "Feedback deleted"}


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")
