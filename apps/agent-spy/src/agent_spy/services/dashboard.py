"""What the dashboard shows: roots, a trace's tree, statistics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_spy.errors import NotFoundError
from agent_spy.models import Project, Run
from agent_spy.models.base import now
from agent_spy.repositories.runs import SMALL, AnyRow, Node, Runs
from agent_spy.repositories.statistics import Statistics
from agent_spy.services.shape import fragment, iso
from agent_spy.services.tree import grow, write
from agent_spy.wire import values

_RECENT_PROJECTS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which roots are asked for; times are microseconds since 1970."""

    project: str | None = None
    status: str | None = None
    search: str | None = None
    since: int | None = None
    until: int | None = None
    limit: int = 50
    offset: int = 0


class Dashboard:
    """Answers as JSON."""

    def __init__(self, engine: AsyncEngine, runs: Runs, statistics: Statistics) -> None:
        self._engine, self._runs, self._statistics = engine, runs, statistics

    async def roots(self, wanted: Wanted, *, only: bytes | None = None) -> bytes:
        """Traces, newest first."""
        where = _conditions(wanted)
        if only is not None:
            where.append(Run.project_id == only)
        query = (
            select(*SMALL, Run.inputs, Run.outputs, Project.name.label("project_name"))
            .join_from(Run, Project, Project.id == Run.project_id, isouter=True)
            .where(*where)
            .order_by(Run.start_time.desc(), Run.id.desc())
            .limit(wanted.limit)
            .offset(wanted.offset)
        )
        async with self._engine.connect() as connection:
            total = await connection.scalar(select(func.count(Run.id)).where(*where)) or 0
            rows = (await connection.execute(query)).all()
        return orjson.dumps(
            {
                "runs": [
                    _node(row)
                    | {
                        "inputs": fragment(row.inputs),
                        "outputs": fragment(row.outputs),
                        "project_name": row.project_name,
                    }
                    for row in rows
                ],
                "total": total,
                "limit": wanted.limit,
                "offset": wanted.offset,
                "has_more": wanted.offset + len(rows) < total,
            }
        )

    async def hierarchy(self, run_id: UUID, *, only: bytes | None = None) -> bytes:
        """The tree below a run.

        Raises:
            NotFoundError: there is no such run.
        """
        nodes = await self._runs.nodes(run_id, only=only)
        if not nodes:
            # Not a trace's id: a run inside of one.
            run = await self._runs.get(run_id, only=only)
            nodes = await self._runs.nodes(run.trace_id, only=only) if run and run.trace_id else []
        tree = grow(nodes, run_id.bytes)
        if tree is None:
            raise NotFoundError("Run not found")
        return b'{"root_run_id":"%s","hierarchy":%s,"total_runs":%d,"max_depth":%d}' % (
            str(run_id).encode(),
            write(tree, _own),
            len(tree.order),
            tree.depth,
        )

    async def summary(self, *, only: bytes | None = None) -> bytes:
        """Counts, and the projects that were active last."""
        found = await self._statistics.summary(now(), only=only)
        projects = found.pop("projects")
        return orjson.dumps(
            {
                "stats": found | {"project_distribution": {row.name: row.runs for row in projects}},
                "recent_projects": [
                    {
                        "name": row.name,
                        "total_runs": row.runs,
                        "total_traces": row.traces,
                        "last_activity": iso(row.last),
                    }
                    for row in projects[:_RECENT_PROJECTS]
                ],
                "timestamp": datetime.now(UTC).isoformat(),
            }
        )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Run.parent_id.is_(None)]
    if wanted.project:
        names = select(Project.id).where(Project.name == wanted.project).scalar_subquery()
        found.append(Run.project_id == names)
    if wanted.status:
        found.append(Run.status == wanted.status)
    if wanted.search:
        found.append(Run.name.icontains(wanted.search, autoescape=True))
    if wanted.since is not None:
        found.append(Run.start_time >= wanted.since)
    if wanted.until is not None:
        found.append(Run.start_time <= wanted.until)
    return found


def _node(row: AnyRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name or "",
        "run_type": row.run_type or "chain",
        "status": row.status,
        "start_time": iso(row.start_time),
        "end_time": iso(row.end_time),
        "duration_ms": _duration(row),
    }


def _own(node: Node) -> bytes:
    """As `_node`, for thousands at once."""
    return (
        f'{{"id":"{values.id_text(node.id)}","name":{_text(node.name or "")},'
        f'"run_type":{_text(node.run_type or "chain")},"status":"{node.status}",'
        f'"start_time":{_time(node.start_time)},"end_time":{_time(node.end_time)},'
        f'"duration_ms":{_number(_duration(node))}'
    ).encode()


def _text(value: str) -> str:
    return orjson.dumps(value).decode()


def _time(value: int | None) -> str:
    return f'"{values.iso(value)}"' if value else "null"


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _duration(run: AnyRow | Node) -> float | None:
    if not run.start_time or run.end_time is None:
        return None
    milliseconds = (run.end_time - run.start_time) / 1000
    return int(milliseconds) if milliseconds.is_integer() else milliseconds
