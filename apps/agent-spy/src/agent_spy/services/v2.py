"""The second version of LangSmith's reading: upper-case words, and only what is selected."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, Field
from sqlalchemy import exists

from agent_spy.errors import NotFoundError, UnsupportedError
from agent_spy.models import Feedback, Run
from agent_spy.repositories.aggregates import Aggregates
from agent_spy.repositories.fields import thread
from agent_spy.schemas.values import Count, Cursor, Filter, Flag, Ids, Moment, Unserved
from agent_spy.services import query as ask
from agent_spy.services.query import Condition, write_cursor
from agent_spy.services.runs import RunReader
from agent_spy.services.shape import Around, langsmith
from agent_spy.services.shapev2 import behind, shaped
from agent_spy.services.shares import Sharing
from agent_spy.storage.database import Database
from agent_spy.wire.values import microseconds

_DAY_SECONDS = 86_400
Words = list[str]


class Window(BaseModel):
    """What every query of the second version may tell; without a start it looks back one day."""

    min_start_time: Moment | None = None
    max_start_time: Moment | None = None
    min_feedback_modified_at: Moment | None = None
    max_feedback_modified_at: Moment | None = None
    trace_filter: Filter | None = None
    tree_filter: Filter | None = None
    cursor: Cursor | None = None
    ai_search: Unserved = None

    def conditions(self) -> list[Condition]:
        """The window as conditions on runs."""
        if self.ai_search:
            raise UnsupportedError("This server has no search by meaning")
        earliest = self.min_start_time or time.time() - _DAY_SECONDS
        return [
            *ask.times(_told(earliest), _told(self.max_start_time)),
            *ask.filtered(None, self.trace_filter, self.tree_filter),
            *_judged(self.min_feedback_modified_at, self.max_feedback_modified_at),
        ]


class RunQuery(Window):
    """`POST /api/v2/runs/query`."""

    project_ids: Ids | None = None
    ids: Ids | None = None
    trace_id: UUID | None = None
    reference_examples: Ids | None = None
    is_root: Flag | None = None
    has_error: Flag | None = None
    run_type: str | None = None
    filter: Filter | None = None
    selects: Words | None = None
    page_size: Count = Field(default=100, ge=1, le=1000)

    def conditions(self) -> list[Condition]:
        """The query as conditions on runs."""
        return [
            *super().conditions(),
            *ask.among(Run.project_id, self.project_ids),
            *ask.among(Run.id, self.ids),
            *ask.among(Run.reference_example_id, self.reference_examples),
            *ask.equal(Run.trace_id, self.trace_id),
            *ask.equal(Run.run_type, self.run_type and self.run_type.lower()),
            *ask.rooted(is_root=self.is_root),
            *ask.failed(error=self.has_error),
            *ask.filtered(self.filter, None, None),
        ]


class TraceQuery(Window):
    """`POST /api/v2/traces/query`."""

    project_id: UUID | None = None
    trace_ids: Ids | None = None
    selects: Words | None = None
    page_size: Count = Field(default=20, ge=1, le=100)

    def conditions(self) -> list[Condition]:
        """The query as conditions on the roots of traces."""
        return [
            *super().conditions(),
            *ask.equal(Run.project_id, self.project_id),
            *ask.among(Run.trace_id, self.trace_ids),
            Run.parent_id.is_(None),
        ]


class V2:
    """Answers as JSON. `base` is the address of the API, `only` the caller's one project."""

    def __init__(self, database: Database, runs: RunReader, sharing: Sharing) -> None:
        self._runs, self._sharing = runs, sharing
        self._aggregates = Aggregates(database.reader)

    async def runs(self, query: RunQuery, base: str, *, only: bytes | None = None) -> bytes:
        """A page of runs, the newest first."""
        return await self._page(
            query.conditions(), query.selects, base, query.page_size, query.cursor, only
        )

    async def run(
        self,
        run_id: UUID,
        project_id: UUID | None,
        selects: Words | None,
        base: str,
        *,
        only: bytes | None = None,
    ) -> bytes:
        """One run.

        Raises:
            NotFoundError: there is none in this project.
        """
        row = await self._runs.row(run_id, only=only)
        if project_id is not None and row.project_id != project_id:
            raise NotFoundError("Run not found")
        (run,) = await self._shaped([row], selects, base)
        return orjson.dumps(run)

    async def trace(
        self,
        trace_id: UUID,
        wanted: Sequence[Condition],
        selects: Words | None,
        base: str,
        *,
        only: bytes | None = None,
    ) -> bytes:
        """All runs of a trace, the first first."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self._runs.page(
                [Run.trace_id == trace_id, *wanted],
                limit=ask.LARGEST_PAGE,
                cursor=cursor,
                select=behind(selects),
                ascending=True,
                only=only,
            )
            items += await self._shaped(page.rows, selects, base)
            cursor = write_cursor(page.next)
            if cursor is None:
                return orjson.dumps({"items": items})

    async def traces(self, query: TraceQuery, base: str, *, only: bytes | None = None) -> bytes:
        """A page of traces by their roots, with what the whole trace sums up to."""
        page = await self._runs.page(
            query.conditions(),
            limit=query.page_size,
            cursor=query.cursor,
            select=behind(query.selects),
            only=only,
        )
        roots = await self._shaped(page.rows, query.selects, base)
        items = []
        for row, root in zip(page.rows, roots, strict=True):
            sums = await self._aggregates.of([Run.trace_id == row.trace_id])
            total = {
                "total_tokens": int(sums["total_tokens"] or 0),
                "total_cost": sums["total_cost"],
            }
            items.append({"root_run": root, "trace_aggregates": total})
        return orjson.dumps({"items": items, "next_cursor": write_cursor(page.next)})

    async def thread(
        self,
        name: str,
        project_id: UUID,
        wanted: Sequence[Condition],
        *,
        selects: Words | None,
        page_size: int,
        cursor: str | None,
        base: str,
        only: bytes | None = None,
    ) -> bytes:
        """A page of a thread's traces, the first first."""
        roots = [Run.project_id == project_id, Run.parent_id.is_(None), thread() == name]
        needed = {*(selects or ["TRACE_ID"]), "TRACE_ID"}
        page = await self._runs.page(
            [*roots, *wanted],
            limit=page_size,
            cursor=cursor,
            select=behind(needed),
            ascending=True,
            only=only,
        )
        items = await self._shaped(page.rows, needed, base)
        return orjson.dumps({"items": items, "next_cursor": write_cursor(page.next)})

    async def _page(
        self,
        wanted: Sequence[Condition],
        selects: Words | None,
        base: str,
        size: int,
        cursor: str | None,
        only: bytes | None,
    ) -> bytes:
        page = await self._runs.page(
            wanted, limit=size, cursor=cursor, select=behind(selects), only=only
        )
        items = await self._shaped(page.rows, selects, base)
        return orjson.dumps({"items": items, "next_cursor": write_cursor(page.next)})

    async def _shaped(
        self, rows: Sequence[Any], selects: Collection[str] | None, base: str
    ) -> list[dict[str, Any]]:
        around: Around = await self._runs.around(rows, behind(selects), base)
        tokens: dict[UUID, UUID] = {}
        if selects and "SHARE_URL" in selects:
            tokens = await self._sharing.tokens([row.id for row in rows])
        return [
            shaped(row, langsmith(row, around), selects, tokens.get(row.id), base) for row in rows
        ]


def _told(moment: datetime | float | None) -> str | float | None:
    return moment.isoformat() if isinstance(moment, datetime) else moment


def _judged(since: Moment | None, until: Moment | None) -> list[Condition]:
    if since is None and until is None:
        return []
    within: list[Condition] = [Feedback.run_id == Run.id]
    if since is not None:
        within.append(Feedback.updated_at >= microseconds(since.isoformat()))
    if until is not None:
        within.append(Feedback.updated_at < microseconds(until.isoformat()))
    return [exists().where(*within)]
