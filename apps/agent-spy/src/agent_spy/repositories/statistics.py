"""Counts over all runs, kept by the follower: no question goes through the runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select

from agent_spy.models import MinuteCount, Project, Run, RunCount
from agent_spy.storage.reader import Reader

_MINUTE = 60_000_000
_DAY_MINUTES = 24 * 60
_LAST = (
    select(func.max(Run.start_time))
    .where(Run.project_id == Project.id)
    .correlate(Project)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened in a project; `last` is the start of its last run."""

    name: str
    runs: int
    traces: int
    last: int


@dataclass(slots=True)
class Summary:
    """Counts of runs."""

    traces: int = 0
    recent: int = 0
    status: Counter[str] = field(default_factory=Counter)
    run_type: Counter[str] = field(default_factory=Counter)
    projects: list[Activity] = field(default_factory=list)
    """The last active first."""


class Statistics:
    """Reads what the dashboard sums up; `only` keeps every answer within one project."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def summary(self, now: int, *, only: bytes | None = None) -> Summary:
        """Counts of runs: in all, of a day, by status, type and project."""
        # The first of the day's minutes began before it: the whole of it counts.
        since = MinuteCount.minute >= now // _MINUTE - _DAY_MINUTES
        recent = select(func.sum(MinuteCount.runs)).where(since, *_of(MinuteCount.project_id, only))
        alike = select(RunCount.__table__).where(*_of(RunCount.project_id, only))

        def look(connection: Connection) -> Summary:
            found = Summary(recent=int(connection.scalar(recent) or 0))
            runs: Counter[UUID] = Counter()
            traces: Counter[UUID] = Counter()
            for row in connection.execute(alike):
                found.status[row.status] += row.runs
                found.run_type[row.run_type or "unknown"] += row.runs
                runs[row.project_id] += row.runs
                traces[row.project_id] += row.runs * row.is_root
            found.traces = traces.total()
            found.projects = _activities(connection, only, runs, traces)
            return found

        return await self._reader.read(look)

    async def traces(
        self, *, project: str | None, status: str | None, only: bytes | None = None
    ) -> int:
        """How many traces there are of a project (by its name) and a status."""
        query = select(func.sum(RunCount.runs)).where(
            RunCount.is_root, *_of(RunCount.project_id, only)
        )
        if project is not None:
            query = query.join(Project, Project.id == RunCount.project_id)
            query = query.where(Project.name == project)
        if status is not None:
            query = query.where(RunCount.status == status)
        return await self._reader.read(lambda c: int(c.scalar(query) or 0))


def _activities(
    connection: Connection,
    only: bytes | None,
    runs: Counter[UUID],
    traces: Counter[UUID],
) -> list[Activity]:
    query = select(Project.id, Project.name, _LAST.label("last")).where(*_of(Project.id, only))
    found = [
        Activity(row.name, runs[row.id], traces[row.id], row.last or 0)
        for row in connection.execute(query)
        if runs[row.id]
    ]
    return sorted(found, key=lambda activity: activity.last, reverse=True)


def _of(column: Any, only: bytes | None) -> tuple[ColumnElement[bool], ...]:
    return () if only is None else (column == only,)
