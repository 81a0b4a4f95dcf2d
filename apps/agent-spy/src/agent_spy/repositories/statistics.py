"""Counts over all runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_spy.models import Project, Run
from agent_spy.repositories.runs import AnyRow

_DAY = 86_400_000_000


class Statistics:
    """Reads what the dashboard sums up."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def summary(self, now: int, *, only: bytes | None = None) -> dict[str, Any]:
        """Counts of runs: in all, of a day, by status, type and project."""
        within = () if only is None else (Run.project_id == only,)
        async with self._engine.connect() as connection:
            status = await _counts(connection, Run.status, within)
            recent = await connection.scalar(
                select(func.count()).where(Run.start_time >= now - _DAY, *within)
            )
            traces = await connection.scalar(
                select(func.count()).where(Run.parent_id.is_(None), *within)
            )
            projects = await self._projects(connection, within)
            return {
                "total_runs": sum(status.values()),
                "total_traces": traces or 0,
                "recent_runs_24h": recent or 0,
                "status_distribution": status,
                "run_type_distribution": await _counts(connection, Run.run_type, within),
                "projects": projects,
            }

    async def _projects(
        self, connection: AsyncConnection, within: tuple[ColumnElement[bool], ...]
    ) -> list[AnyRow]:
        roots = func.count().filter(Run.parent_id.is_(None)).label("traces")
        query = (
            select(
                Project.name,
                func.count().label("runs"),
                roots,
                func.max(Run.start_time).label("last"),
            )
            .join(Project, Project.id == Run.project_id)
            .where(*within)
            .group_by(Project.id, Project.name)
            .order_by(func.max(Run.start_time).desc())
        )
        return list((await connection.execute(query)).all())


async def _counts(
    connection: AsyncConnection, column: Any, within: tuple[ColumnElement[bool], ...]
) -> dict[str, int]:
    query = select(column, func.count()).where(*within).group_by(column)
    return {name or "unknown": count for name, count in await connection.execute(query)}
