"""What the dashboard shows: roots, a trace's tree, statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_spy.errors import NotFoundError
from agent_spy.models import Project, Run
from agent_spy.models.base import now
from agent_spy.repositories.runs import SMALL, AnyRow, Node, Runs, behind
from agent_spy.repositories.search import search
from agent_spy.repositories.statistics import Statistics
from agent_spy.services.follower import Follower
from agent_spy.services.query import read_cursor, write_cursor
from agent_spy.services.shape import fragment, iso
from agent_spy.services.tree import grow, write
from agent_spy.wire import values

_RECENT_PROJECTS = 10
_COUNTED = 1_000
"""As many traces are counted one by one."""


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
    cursor: str | None = None
    """Where the last page ended: as fast on every page, while an offset is counted out."""


class Dashboard:
    """Answers as JSON."""

    def __init__(
        self, engine: AsyncEngine, runs: Runs, statistics: Statistics, follower: Follower
    ) -> None:
        self._engine, self._runs, self._statistics = engine, runs, statistics
        self._follower = follower

    async def roots(self, wanted: Wanted, *, only: bytes | None = None) -> bytes:
        """Traces, newest first.

        Raises:
            ValueError: the cursor is none of this server's, or the search too long.
        """
        if wanted.search:
            await self._follower.catch_up()
        where = _conditions(wanted)
        if only is not None:
            where.append(Run.project_id == only)
        after = read_cursor(wanted.cursor)
        query = (
            select(*SMALL, Run.inputs, Run.outputs, Project.name.label("project_name"))
            .join_from(Run, Project, Project.id == Run.project_id, isouter=True)
            .where(*where, *([behind(after)] if after else []))
            .order_by(Run.start_time.desc(), Run.id.desc())
            .limit(wanted.limit + 1)
            .offset(wanted.offset)
        )
        counted = select(literal(1)).where(*where).limit(_COUNTED).subquery()
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).all()
            total = await connection.scalar(select(func.count()).select_from(counted)) or 0
        more, rows = len(found) > wanted.limit, found[: wanted.limit]
        exact = total < _COUNTED
        if not exact:
            total, exact = await self._many(wanted, wanted.offset + len(found), only)
        last = rows[-1] if more else None
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
                "total_is_exact": exact,
                "limit": wanted.limit,
                "offset": wanted.offset,
                "has_more": more,
                "next_cursor": write_cursor(last and (last.start_time, last.id)),
            }
        )

    async def _many(self, wanted: Wanted, seen: int, only: bytes | None) -> tuple[int, bool]:
        """How many traces there are, where there are too many to count, and whether that is exact.

        By project and status they are counted as they come. Of other filters it is said how many
        there are at least: to count them would take the longer, the more there are.
        """
        least = max(_COUNTED, seen)
        if wanted.search or wanted.since is not None or wanted.until is not None:
            return least, False
        behind_by = await self._follower.catch_up()
        kept = await self._statistics.traces(
            project=wanted.project, status=wanted.status, only=only
        )
        return max(least, kept), not behind_by

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

    async def summary(self, *, only: bytes | None = None) -> dict[str, Any]:
        """Counts, and the projects that were active last."""
        behind_by = await self._follower.catch_up()
        found = await self._statistics.summary(now(), only=only)
        return {
            "stats": {
                "total_runs": found.status.total(),
                "total_traces": found.traces,
                "recent_runs_24h": found.recent,
                "status_distribution": found.status,
                "run_type_distribution": found.run_type,
                "project_distribution": {one.name: one.runs for one in found.projects},
            },
            "recent_projects": [
                {
                    "name": one.name,
                    "total_runs": one.runs,
                    "total_traces": one.traces,
                    "last_activity": iso(one.last),
                }
                for one in found.projects[:_RECENT_PROJECTS]
            ],
            "uncounted_runs": behind_by,
        }


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Run.parent_id.is_(None)]
    if wanted.project:
        names = select(Project.id).where(Project.name == wanted.project).scalar_subquery()
        found.append(Run.project_id == names)
    if wanted.status:
        found.append(Run.status == wanted.status)
    if wanted.search:
        found.append(search(wanted.search, roots=True))
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
