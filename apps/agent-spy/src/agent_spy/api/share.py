"""Sharing a trace, and reading what is shared: for the latter no key is asked for."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from agent_spy.api.body import read_body
from agent_spy.api.caller import Base, Only
from agent_spy.errors import NotFoundError
from agent_spy.schemas.values import Cursor, Ids

router = APIRouter(tags=["share"])


class NewShare(BaseModel):
    """What SDKs send; without a token one is made."""

    run_id: UUID | None = None
    share_token: UUID | None = None


class SharedQuery(BaseModel):
    """Which runs of a shared trace; without ids all of them."""

    id: Ids | None = None
    cursor: Cursor | None = None


@router.put("/runs/{run_id:uuid}/share")
async def share(request: Request, run_id: UUID, only: Only) -> dict[str, UUID]:
    """Share a run's trace."""
    # The JavaScript SDK does not say that it sends JSON.
    new = NewShare.model_validate_json(await read_body(request) or b"{}")
    token = await request.app.state.sharing.share(run_id, new.share_token, only=only)
    return {"run_id": run_id, "share_token": token}


@router.get("/runs/{run_id:uuid}/share")
async def read(request: Request, run_id: UUID, only: Only) -> dict[str, UUID] | None:
    """Tell a run's token, or null."""
    token = await request.app.state.sharing.token(run_id, only=only)
    return None if token is None else {"run_id": run_id, "share_token": token}


@router.delete("/runs/{run_id:uuid}/share")
async def take_back(request: Request, run_id: UUID, only: Only) -> dict[str, str]:
    """Share a run no longer."""
    await request.app.state.sharing.take_back(run_id, only=only)
    return {"message": "The run is no longer shared"}


@router.get("/public/{token:uuid}/run")
async def shared(request: Request, token: UUID, base: Base) -> Response:
    """Give the run that was shared."""
    run_id, _ = await request.app.state.sharing.shared(token)
    return _json(await request.app.state.runs.get(run_id, base))


@router.get("/public/{token:uuid}/run/{run_id:uuid}")
async def shared_run(request: Request, token: UUID, run_id: UUID, base: Base) -> Response:
    """Give a run of a shared trace."""
    _, trace_id = await request.app.state.sharing.shared(token)
    row = await request.app.state.runs.row(run_id)
    if trace_id not in {row.trace_id, row.id}:
        raise NotFoundError("Run not found")
    return _json(await request.app.state.runs.get(run_id, base))


@router.post("/public/{token:uuid}/runs/query")
async def query(request: Request, token: UUID, base: Base, query: SharedQuery) -> Response:
    """List the runs of a shared trace."""
    _, trace_id = await request.app.state.sharing.shared(token)
    return _json(await request.app.state.runs.shared(trace_id, base, query.id, query.cursor))


@router.get("/public/{token:uuid}/runs", include_in_schema=False)
@router.get("/public/{token:uuid}/runs{parameters}", include_in_schema=False)
async def listed(request: Request, token: UUID, base: Base, parameters: str = "") -> Response:
    """List the runs of a shared trace as an array.

    The JavaScript SDK forgets the question mark: its parameters are a part of the path.
    """
    _, trace_id = await request.app.state.sharing.shared(token)
    named = parse_qs(parameters).get("id", []) + request.query_params.getlist("id")
    runs = await request.app.state.runs.shared(trace_id, base, [UUID(one) for one in named], None)
    return _json(runs[len(b'{"runs":') : runs.rindex(b',"cursors":')])


@router.get("/public/{token:uuid}/feedbacks")
async def feedback(
    request: Request, token: UUID, run: Annotated[list[UUID] | None, Query()] = None
) -> Response:
    """List the feedback of the run that was shared, or of others in its trace."""
    run_id, trace_id = await request.app.state.sharing.shared(token)
    found = await request.app.state.runs.within(trace_id, run or [run_id])
    return _json(
        await request.app.state.feedback.find(
            runs=found, keys=None, sources=None, sessions=None, limit=1000, offset=0
        )
    )


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")
