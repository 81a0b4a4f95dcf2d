"""Deleting runs, traces, and what has become too old."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, delete, exists, or_, select
from sqlalchemy.orm import aliased

from agent_spy.errors import NotFoundError
from agent_spy.models import Attachment, Echo, Feedback, Project, Run, Share
from agent_spy.models.base import now
from agent_spy.repositories import following
from agent_spy.repositories.runs import Runs
from agent_spy.storage.database import Database

logger = structlog.get_logger()
_AT_ONCE = 500
"""Runs of one transaction: those who write meanwhile wait no longer than for these."""
_DAY = 86_400_000_000
_PAUSE_SECONDS = 0.02
_ROUND_SECONDS = 3600


class Deletion:
    """Deletes runs with their files, feedback and shares."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database, self._runs = database, runs

    async def run(self, run_id: UUID, *, only: bytes | None = None) -> int:
        """Delete a run and all below it, and say how many those were.

        Raises:
            NotFoundError: there is no such run.
        """
        row = await self._runs.get(run_id, only=only)
        if row is None:
            raise NotFoundError("Run not found")
        nodes = await self._runs.nodes(row.trace_id or row.id, only=only)
        children: dict[bytes | None, list[bytes]] = {}
        for node in nodes:
            children.setdefault(node.parent_id, []).append(node.id)
        below = {run_id.bytes}
        wave = [run_id.bytes]
        while wave:
            wave = [c for run in wave for c in children.get(run, ()) if c not in below]
            below.update(wave)
        return await self._delete(UUID(bytes=one) for one in below)

    async def trace(self, trace_id: UUID, *, only: bytes | None = None) -> int:
        """Delete every run of a trace, and say how many those were.

        Raises:
            NotFoundError: there is no such trace.
        """
        row = await self._runs.get(trace_id, only=only)
        ids = await self._of_trace(trace_id, only)
        if row is not None and row.trace_id is None:
            ids.add(trace_id)
        if not ids:
            raise NotFoundError("Trace not found")
        return await self._delete(ids)

    async def older_than(self, moment: int) -> int:
        """Delete traces whose root started before `moment` (microseconds since 1970), and runs
        from before it whose root is not here. Runs of no known time are kept.
        """
        deleted = 0
        old = Run.start_time.between(1, moment - 1)
        roots = select(Run.id).where(Run.parent_id.is_(None), old)
        while traces := await self._some(roots.order_by(Run.start_time).limit(_AT_ONCE)):
            for trace in traces:
                deleted += await self._delete({trace} | await self._of_trace(trace, None))
                await asyncio.sleep(_PAUSE_SECONDS)
        root = aliased(Run)
        for project in await self._some(select(Project.id)):
            lost = select(Run.id).where(
                Run.project_id == project,
                Run.parent_id.is_not(None),
                old,
                ~exists().where(root.id == Run.trace_id),
            )
            while runs := await self._some(lost.limit(_AT_ONCE)):
                deleted += await self._delete(runs)
                await asyncio.sleep(_PAUSE_SECONDS)
        return deleted

    async def keep(self, days: int) -> None:
        """Delete, now and every hour, what is older than `days`; until cancelled."""
        while True:
            try:
                deleted = await self.older_than(now() - days * _DAY)
            except Exception as error:  # noqa: BLE001 - what is left is for the next round
                logger.warning("deleting what is too old broke off", error=str(error))
            else:
                if deleted:
                    logger.info("deleted what was too old", runs=deleted, days=days)
            await asyncio.sleep(_ROUND_SECONDS)

    async def _of_trace(self, trace_id: UUID, only: bytes | None) -> set[UUID]:
        return {UUID(bytes=node.id) for node in await self._runs.nodes(trace_id, only=only)}

    async def _some(self, query: Any) -> Sequence[UUID]:
        return await self._database.reader.read(lambda c: c.execute(query).scalars().all())

    async def _delete(self, ids: Iterable[UUID]) -> int:
        wanted = sorted(ids)
        deleted = 0
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            deleted += await self._database.writer.do(partial(_delete, ids=some))
        return deleted


def _delete(connection: Connection, ids: Sequence[UUID]) -> int:
    following.log(connection, ids)
    for table in (Share, Attachment, Feedback):
        connection.execute(delete(table).where(table.run_id.in_(ids)))
    connection.execute(delete(Echo).where(or_(Echo.span_id.in_(ids), Echo.run_id.in_(ids))))
    return connection.execute(delete(Run).where(Run.id.in_(ids))).rowcount
