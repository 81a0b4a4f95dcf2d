"""LangSmith's second version of reading; SDKs ask for it at `/api/v2`, whatever the prefix."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from agent_spy.api.caller import Base, Only
from agent_spy.models import Run
from agent_spy.schemas.values import Cursor, Filter, Moment
from agent_spy.services import query as ask
from agent_spy.services.threads import ThreadQuery, ThreadTotals
from agent_spy.services.v2 import RunQuery, TraceQuery

router = APIRouter(prefix="/api/v2", tags=["v2"])
Words = Annotated[list[str] | None, Query()]


class NewShare(BaseModel):
    """What the SDK sends to share a trace: the run shared is the trace's root."""

    session_id: UUID | None = None
    trace_id: UUID | None = None


class SharedQuery(BaseModel):
    """Which properties of a shared trace's runs."""

    selects: list[str] | None = None


@router.post("/runs/query")
async def runs(request: Request, query: RunQuery, base: Base, only: Only) -> Response:
    """List runs, the newest first, a page at a time."""
    return _page(request, await request.app.state.v2.runs(query, base, only=only))


@router.get("/runs/{run_id:uuid}")
async def run(
    request: Request,
    run_id: UUID,
    base: Base,
    only: Only,
    project_id: UUID | None = None,
    selects: Words = None,
) -> Response:
    """Give one run."""
    found = await request.app.state.v2.run(run_id, project_id, selects, base, only=only)
    return _json(found)


@router.get("/runs/{run_id:uuid}/url")
async def url(request: Request, run_id: UUID, only: Only) -> dict[str, str]:
    """Tell where a person can look at a run."""
    row = await request.app.state.runs.row(run_id, only=only)
    root = str(request.base_url).rstrip("/")
    return {"url": f"{root}/traces/{row.trace_id or row.id}?run={run_id}"}


@router.post("/runs/{run_id:uuid}/share")
async def share(request: Request, run_id: UUID, only: Only, new: NewShare) -> dict[str, UUID]:
    """Share the trace of a run."""
    token = await request.app.state.sharing.share(new.trace_id or run_id, only=only)
    return {"share_token": token}


@router.delete("/runs/{run_id:uuid}/share", status_code=204)
async def take_back(request: Request, run_id: UUID, only: Only) -> None:
    """Share a trace no longer."""
    await request.app.state.sharing.take_back(run_id, only=only)


@router.get("/public/{token:uuid}/run/{run_id:uuid}")
async def shared_run(
    request: Request, token: UUID, run_id: UUID, base: Base, selects: Words = None
) -> Response:
    """Give a run of a shared trace."""
    _, trace_id = await request.app.state.sharing.shared(token)
    wanted = [Run.id == run_id]
    found = orjson.loads(await request.app.state.v2.trace(trace_id, wanted, selects, base))
    if not found["items"]:
        return Response(b'{"detail":"Run not found"}', 404, media_type="application/json")
    return _json(orjson.dumps(found["items"][0]))


@router.post("/public/{token:uuid}/runs/query")
async def shared_runs(request: Request, token: UUID, base: Base, query: SharedQuery) -> Response:
    """List the runs of a shared trace, the first first."""
    _, trace_id = await request.app.state.sharing.shared(token)
    return _page(request, await request.app.state.v2.trace(trace_id, [], query.selects, base))


@router.post("/traces/query")
async def traces(request: Request, query: TraceQuery, base: Base, only: Only) -> Response:
    """List traces by their roots, the newest first, a page at a time."""
    return _page(request, await request.app.state.v2.traces(query, base, only=only))


@router.get("/traces/{trace_id:uuid}/runs")
async def trace(
    request: Request,
    trace_id: UUID,
    base: Base,
    only: Only,
    project_id: UUID | None = None,
    filter: Filter | None = None,
    min_start_time: Moment | None = None,
    max_start_time: Moment | None = None,
    selects: Words = None,
) -> Response:
    """List the runs of a trace, the first first."""
    wanted = [
        *ask.equal(Run.project_id, project_id),
        *ask.times(_told(min_start_time), _told(max_start_time)),
        *ask.filtered(filter, None, None),
    ]
    found = await request.app.state.v2.trace(trace_id, wanted, selects, base, only=only)
    return _json(found)


@router.post("/threads/query")
async def threads(request: Request, query: ThreadQuery, only: Only) -> Response:
    """List threads, the last active first, a page at a time."""
    return _page(request, await request.app.state.threads.page(query, only=only))


@router.post("/threads/stats")
async def threads_stats(request: Request, query: ThreadTotals, only: Only) -> Response:
    """Sum up the threads of a project."""
    return _json(await request.app.state.threads.totals(query, only=only))


@router.get("/threads/{name}/traces")
async def thread(
    request: Request,
    name: str,
    project_id: UUID,
    base: Base,
    only: Only,
    cursor: Cursor | None = None,
    filter: Filter | None = None,
    trace_filter: Filter | None = None,
    tree_filter: Filter | None = None,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    selects: Words = None,
) -> Response:
    """List the traces of a thread, the first first, a page at a time."""
    found = await request.app.state.v2.thread(
        name,
        project_id,
        ask.filtered(filter, trace_filter, tree_filter),
        selects=selects,
        page_size=page_size,
        cursor=cursor,
        base=base,
        only=only,
    )
    return _json(found)


@router.get("/threads/{name}/stats")
async def thread_stats(
    request: Request, name: str, session_id: UUID, only: Only, filter: Filter | None = None
) -> Response:
    """Sum up a thread."""
    return _json(await request.app.state.threads.stats(name, session_id, filter, only=only))


def _told(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _page(request: Request, content: bytes) -> Response:
    """A page as JSON, or, where the SDK streams, as one patch that makes the whole."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        return _json(content)
    patch = b'[{"op":"add","path":"","value":%s}]' % content
    return Response(b"data: %s\n\n" % patch, media_type="text/event-stream")


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")
