"""The pages for people: traces as a list and one by one, and statistics."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from agent_spy.api.caller import Only
from agent_spy.api.html import PageRoute, html, same_origin
from agent_spy.api.page_query import ListQuery, StatsQuery
from agent_spy.page import charts, view
from agent_spy.page.templates import render
from agent_spy.services.traces import Change

_PLACES = rf"^\d{{1,9}}(,\d{{1,9}}){{0,{view.ROWS - 1}}}$"
router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def traces(request: Request, only: Only, query: Annotated[ListQuery, Query()]) -> Response:
    """List traces."""
    reader = request.app.state.traces
    page = await reader.page(query.wanted(), before=query.before, only=only)
    return html(
        request,
        "list.html",
        page=page,
        query=query.written(),
        narrowed=query.narrowed,
        query_before=query.before,
        projects=await reader.projects(only=only),
        types=view.pairs(view.TYPES),
        endpoint=str(request.base_url).rstrip("/"),
        keys=request.app.state.settings.require_auth,
    )


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request, only: Only, query: Annotated[ListQuery, Query()]
) -> AsyncIterable[ServerSentEvent]:
    """Tell what the newest page of traces is, and each change of it."""
    state = request.app.state
    async for change in state.traces.changes(query.wanted(), state.stopping, only=only):
        yield _event(change, query)


@router.get("/traces/{trace_id:uuid}")
async def trace(request: Request, trace_id: UUID, only: Only, run: UUID | None = None) -> Response:
    """Show a trace; `run` is the one whose details are open."""
    found = await request.app.state.timelines.of(trace_id, only=only)
    place = found.place_of(run)
    selected = found.lines[place or 0].id
    details = await request.app.state.details.of(selected, _api(request), only=only)
    return html(
        request,
        "trace.html",
        timeline=found,
        lines=view.window(found, place),
        selected=place or 0,
        ticks=view.ticks(found),
        spent=await request.app.state.timelines.spent(found.trace_id),
        run=view.run_view(details),
        api=_api(request),
    )


@router.get("/traces/{trace_id:uuid}/lines")
async def lines(
    request: Request,
    trace_id: UUID,
    only: Only,
    at: Annotated[str, Query(pattern=_PLACES)],
) -> Response:
    """Show some lines of a trace, by their places."""
    found = await request.app.state.timelines.of(trace_id, only=only)
    some = found.at(int(place) for place in at.split(","))
    return html(request, "lines.html", timeline=found, lines=some, selected=None)


@router.get("/traces/{trace_id:uuid}/find")
async def find(
    request: Request,
    trace_id: UUID,
    only: Only,
    text: Annotated[str, Query(min_length=1, max_length=500)],
    anywhere: bool = False,  # noqa: FBT001, FBT002 - it is a parameter of the address
) -> list[int]:
    """Tell the places of runs by their names."""
    found = await request.app.state.timelines.of(trace_id, only=only)
    places: list[int] = found.matching(text, anywhere=anywhere)
    return places


@router.get("/traces/{trace_id:uuid}/branches")
async def branches(request: Request, trace_id: UUID, only: Only) -> list[tuple[int, int]]:
    """Tell where the branches below the root are, and how many runs hang below each."""
    found = await request.app.state.timelines.of(trace_id, only=only)
    places: list[tuple[int, int]] = found.branches()
    return places


@router.get("/traces/{trace_id:uuid}/live", response_class=EventSourceResponse)
async def trace_live(
    request: Request, trace_id: UUID, only: Only
) -> AsyncIterable[ServerSentEvent]:
    """Tell each change of a trace, until it has ended."""
    state = request.app.state
    async for found in state.timelines.changes(trace_id, state.stopping, only=only):
        summary = render(
            "summary.html", timeline=found, spent=await state.timelines.spent(found.trace_id)
        )
        told = {"lines": len(found.lines), "running": found.running, "summary": summary}
        yield ServerSentEvent(raw_data=orjson.dumps(told).decode(), event="trace", id=found.state)


@router.get("/runs/{run_id:uuid}/details")
async def details(request: Request, run_id: UUID, only: Only) -> Response:
    """Show all of one run."""
    found = await request.app.state.details.of(run_id, _api(request), only=only)
    return html(request, "details.html", run=view.run_view(found), api=_api(request))


@router.post("/traces/{trace_id:uuid}/delete", dependencies=[Depends(same_origin)])
async def delete(request: Request, trace_id: UUID, only: Only) -> Response:
    """Delete a trace and go back to the list."""
    await request.app.state.deletion.trace(trace_id, only=only)
    return RedirectResponse("/", status_code=303)


@router.get("/stats")
async def stats(request: Request, only: Only, query: Annotated[StatsQuery, Query()]) -> Response:
    """Show what happened in a span of time."""
    since, until = query.span()
    found = await request.app.state.activity.of(since, until, query.project, only=only)
    return html(
        request,
        "stats.html",
        found=found,
        plots=charts.charts(found),
        query=query.written(),
        projects=await request.app.state.traces.projects(only=only),
    )


def _api(request: Request) -> str:
    prefix: str = request.app.state.settings.api_prefix
    return prefix


def _event(change: Change | None, query: ListQuery) -> ServerSentEvent:
    if change is None:
        return ServerSentEvent(event="trouble", raw_data="{}")
    told = {
        "order": [str(trace) for trace in change.order],
        "rows": {
            str(trace.id): render("row.html", trace=trace, query=query.written())
            for trace in change.traces
        },
        "older": view.query_string(query.written(), before=change.older) if change.older else None,
    }
    return ServerSentEvent(event="traces", raw_data=orjson.dumps(told).decode())
