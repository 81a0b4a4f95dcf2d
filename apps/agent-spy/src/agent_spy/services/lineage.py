"""The trace of runs whose client named none: it follows from their parent's.

Runs come in any order, so both sides are seen to: a run takes over its parent's trace where that
is known, and hands its own down to children that came before it. What was handed down has no rank
(`agent_spy.wire.change`): the first client to name a trace overrules it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, LargeBinary, Select, Update, select, text, type_coerce, update
from sqlalchemy.orm import aliased

from agent_spy.models import Run
from agent_spy.models.run import LOOSE
from agent_spy.storage.database import Database
from agent_spy.wire.change import RunChange

_ROUNDS = 2
_AT_ONCE = 500
"""Ids of one statement."""


class Lineage:
    """Keeps the traces of runs that came without one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alone = database.engine.dialect.name == "sqlite"
        self._met: bool | None = None

    async def settle(self, changes: Sequence[RunChange]) -> None:
        """See to the traces of runs that were just stored, and of those below them."""
        loose = any(c.parent_id and c.trace_id in {None, c.id} for c in changes)
        if not loose and not await self._possible():
            return
        ids = [UUID(bytes=change.id) for change in changes]
        if not loose and not await self._waited_for(ids):
            return
        self._met = True
        await self._database.writer.do(lambda connection: _settle(connection, ids))

    async def _possible(self) -> bool:
        """Whether any run is loose; other servers of a PostgreSQL may bring some at any time."""
        if not self._alone:
            return True
        if self._met is None:
            self._met = await self._any(select(Run.id).where(text(LOOSE)))
        return self._met

    async def _waited_for(self, ids: Sequence[UUID]) -> bool:
        return await self._any(select(Run.id).where(text(LOOSE), Run.parent_id.in_(ids)))

    async def _any(self, query: Select[Any]) -> bool:
        async with self._database.engine.connect() as connection:
            return (await connection.execute(query.limit(1))).first() is not None


def _settle(connection: Connection, ids: Sequence[UUID]) -> None:
    wave = list(ids)
    _run(connection, Run.id.in_, wave)
    times: Counter[UUID] = Counter()
    while wave:
        wave = _run(connection, Run.parent_id.in_, wave)
        times.update(wave)
        # Runs that are each other's ancestors could hand traces around for ever.
        wave = [run_id for run_id in wave if times[run_id] <= _ROUNDS]


def _run(connection: Connection, among: Any, ids: Sequence[UUID]) -> list[UUID]:
    changed: list[UUID] = []
    for start in range(0, len(ids), _AT_ONCE):
        statement = _take_over().where(among(ids[start : start + _AT_ONCE]))
        changed += (UUID(bytes=row[0]) for row in connection.execute(statement))
    return changed


def _take_over() -> Update:
    parent = aliased(Run)
    theirs = select(parent.trace_id).where(parent.id == Run.parent_id).scalar_subquery()
    return (
        update(Run)
        .where(text(LOOSE), theirs.is_not(None), theirs.is_distinct_from(Run.trace_id))
        .values(trace_id=theirs)
        .returning(type_coerce(Run.id, LargeBinary))
        .execution_options(synchronize_session=False)
    )
