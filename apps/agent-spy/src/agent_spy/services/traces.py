"""Traces as a list: filtered, a page at a time, and what changed since one looked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, literal
from sqlalchemy.orm import aliased

from agent_spy.errors import UNAVAILABLE
from agent_spy.models import Run
from agent_spy.models.base import now
from agent_spy.repositories.runs import SMALL, AnyRow, Runs
from agent_spy.repositories.search import search
from agent_spy.repositories.spent import Spending, Spent
from agent_spy.services.follower import Follower
from agent_spy.services.projects import Projects
from agent_spy.services.query import read_cursor, write_cursor
from agent_spy.stopping import Stopping, paced
from agent_spy.storage.database import Database

PAGE = 50
_PREVIEW = 2_000
"""Characters of the inputs and the error that are read for a line of the list."""
_PREVIEWS = (
    Run.id,
    func.substr(Run.inputs, 1, _PREVIEW).label("inputs"),
    func.substr(Run.error, 1, _PREVIEW).label("error"),
)
_SECOND = 1_000_000
_MILLISECOND = 1_000


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which traces are wanted. Times are microseconds since 1970."""

    project: str | None = None
    status: str | None = None
    run_type: str | None = None
    words: str | None = None
    since: int | None = None
    until: int | None = None
    recent: int | None = None
    """Started in this many seconds before the present."""
    slower_than: float | None = None
    """Milliseconds that the trace took at least."""
    errors: bool = False
    """Some run of the trace failed, even if its root did not."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A line of the list; `inputs` and `error` are the beginnings of what is stored."""

    id: UUID
    name: str
    run_type: str
    status: str
    start: int
    end: int | None
    project: str
    spent: Spent
    inputs: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class TracePage:
    """Traces, newest first, and the cursor of older ones."""

    traces: Sequence[Trace]
    older: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What the newest page is now: all its ids in order, and the lines that are new or changed."""

    order: Sequence[UUID]
    traces: Sequence[Trace]
    older: str | None


class Traces:
    """Lists traces; `only` keeps every answer within one project."""

    def __init__(
        self, database: Database, runs: Runs, projects: Projects, follower: Follower
    ) -> None:
        self._runs, self._projects, self._follower = runs, projects, follower
        self._spending = Spending(database.reader)

    async def projects(self, *, only: bytes | None = None) -> list[str]:
        """The names of the projects, for a choice."""
        return sorted(row.name for row in await self._projects.find(limit=1000, only=only))

    async def page(
        self, wanted: TraceFilter, *, before: str | None = None, only: bytes | None = None
    ) -> TracePage:
        """A page of traces.

        Raises:
            ValueError: `before` is no cursor, or a condition cannot be met.
        """
        found = await self._look(wanted, before=before, only=only)
        return TracePage(await self._previewed(found.traces, only), found.older)

    async def changes(
        self, wanted: TraceFilter, stopping: Stopping, *, only: bytes | None = None
    ) -> AsyncIterator[Change | None]:
        """The newest page, and then what changes in it; `None` while it cannot be read.

        It is read anew each time: any server may have stored something, and what comes last did
        not always start last. It ends when the server stops, or after some minutes.
        """
        known: dict[UUID, Trace] = {}
        last: list[UUID] | None = None
        async for _ in paced(stopping):
            try:
                found = await self._look(wanted, only=only)
                order = [trace.id for trace in found.traces]
                fresh = [trace for trace in found.traces if known.get(trace.id) != trace]
                if fresh or order != last:
                    yield Change(order, await self._previewed(fresh, only), found.older)
                known, last = {trace.id: trace for trace in found.traces}, order
            except UNAVAILABLE:
                yield None
                last = None

    async def _look(
        self, wanted: TraceFilter, *, before: str | None = None, only: bytes | None = None
    ) -> TracePage:
        if wanted.words:
            await self._follower.catch_up()
        conditions = _conditions(wanted)
        if wanted.project is not None:
            rows = await self._projects.find(name=wanted.project, only=only)
            conditions.append(Run.project_id == rows[0].id if rows else false())
        page = await self._runs.page(
            conditions, limit=PAGE, after=read_cursor(before), columns=SMALL, only=only
        )
        spent = await self._spending.of_traces([row.trace_id or row.id for row in page.rows])
        ids = list({row.project_id for row in page.rows})
        names = {row.id: row.name for row in await self._projects.find(ids=ids, limit=PAGE)}
        traces = [
            _trace(row, names.get(row.project_id, ""), spent.get(row.trace_id or row.id, Spent()))
            for row in page.rows
        ]
        return TracePage(traces, write_cursor(page.next))

    async def _previewed(self, traces: Sequence[Trace], only: bytes | None) -> Sequence[Trace]:
        if not traces:
            return []
        ids = [trace.id for trace in traces]
        page = await self._runs.page(
            [Run.id.in_(ids)], limit=PAGE, columns=(Run.start_time, *_PREVIEWS), only=only
        )
        beginnings = {row.id: (row.inputs, row.error) for row in page.rows}
        return [
            replace(trace, inputs=inputs, error=error)
            for trace in traces
            for inputs, error in [beginnings.get(trace.id, (None, None))]
        ]


def _trace(row: AnyRow, project: str, spent: Spent) -> Trace:
    return Trace(
        id=row.id,
        name=row.name or "",
        run_type=row.run_type or "chain",
        status=row.status,
        start=row.start_time,
        end=row.end_time,
        project=project,
        spent=spent,
    )


def _conditions(wanted: TraceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Run.parent_id.is_(None)]
    if wanted.status is not None:
        found.append(Run.status == wanted.status)
    if wanted.run_type is not None:
        found.append(Run.run_type == wanted.run_type)
    if wanted.words:
        found.append(search(wanted.words, roots=True))
    if wanted.since is not None:
        found.append(Run.start_time >= wanted.since)
    if wanted.until is not None:
        found.append(Run.start_time <= wanted.until)
    if wanted.recent is not None:
        found.append(Run.start_time >= now() - wanted.recent * _SECOND)
    if wanted.slower_than is not None:
        found += [
            Run.end_time - Run.start_time >= round(wanted.slower_than * _MILLISECOND),
            Run.start_time > 0,
        ]
    if wanted.errors:
        inner = aliased(Run)
        failed = literal("failed", literal_execute=True)  # so that its index is known to fit
        found.append(exists().where(inner.trace_id == Run.trace_id, inner.status == failed))
    return found
