"""The trace of runs whose client named none: it follows from their parent's.

Runs come in any order, so both sides are seen to: a run takes over its parent's trace where that
is known, and hands its own down to children that came before it. What was handed down has no rank
(`agent_spy.wire.change`): the first client to name a trace overrules it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, LargeBinary, Update, func, select, text, type_coerce, update
from sqlalchemy.orm import aliased

from agent_spy.models import Run
from agent_spy.models.run import LOOSE
from agent_spy.storage.database import Database
from agent_spy.wire.change import FULL, LANES, RunChange

_NAMED = FULL << LANES["trace_id"]
_ANY = f"SELECT 1 FROM runs WHERE {LOOSE} LIMIT 1"  # noqa: S608 - it is a constant
_BELOW = f"SELECT 1 FROM runs WHERE {LOOSE} AND"  # noqa: S608
_BELOW_OR_ECHOED = (
    f"SELECT EXISTS ({_BELOW} parent_id = ANY($1)) AS below,"  # noqa: S608
    " EXISTS (SELECT 1 FROM echoes) AS echoed"
)
_ROUNDS = 2
_LOCK = 7_207_441_092
_AT_ONCE = 500
"""Ids of one statement."""


@dataclass(slots=True)
class _Question:
    """What several requests ask together."""

    ids: list[bytes] = field(default_factory=list)
    answer: bool | None = None
    """Whether a loose run is below one of them."""


class Lineage:
    """Keeps the traces of runs that came without one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alone = database.engine is None
        self._met: bool | None = None
        self._question = _Question()
        self._asking = asyncio.Lock()
        self.echoed = False
        """Whether another server may have taken spans that are echoes (`services.echoes`)."""

    async def settle(self, changes: Sequence[RunChange]) -> None:
        """See to the traces of runs that were just stored, and of those below them."""
        loose = any(
            c.parent_id and (c.trace_id in {None, c.id} or not c.ranks & _NAMED) for c in changes
        )
        if not loose or not self._alone:
            possible = await self._possible()
            waited = possible and await self._waited_for([change.id for change in changes])
            if not loose and not waited:
                return
        ids = [UUID(bytes=change.id) for change in changes]
        self._met = True
        await self._database.writer.do(lambda connection: hand_down(connection, ids))

    async def _possible(self) -> bool:
        """Whether any run is loose; other servers of a PostgreSQL may bring some at any time."""
        if not self._alone:
            return True
        if self._met is None:
            self._met = await self._database.reader.read(
                lambda c: c.exec_driver_sql(_ANY).first() is not None
            )
        return self._met

    async def _waited_for(self, ids: list[bytes]) -> bool:
        """Whether any loose run is below these; while one question runs, the next one gathers."""
        question = self._question
        question.ids += ids
        async with self._asking:
            if question.answer is None:
                self._question = _Question()
                question.answer = await self._below(question.ids)
            return question.answer

    async def _below(self, ids: list[bytes]) -> bool:
        if self._alone:
            return await self._database.reader.read(lambda c: _below(c, ids))
        row: Any = await self._database.reader.read(
            lambda c: c.exec_driver_sql(_BELOW_OR_ECHOED, (ids,)).one()
        )
        self.echoed = self.echoed or row.echoed
        return bool(row.below)


def _below(connection: Connection, ids: Sequence[bytes]) -> bool:
    for start in range(0, len(ids), _AT_ONCE):
        some = tuple(ids[start : start + _AT_ONCE])
        marks = ", ".join("?" * len(some))
        found = connection.exec_driver_sql(f"{_BELOW} parent_id IN ({marks}) LIMIT 1", some)
        if found.first() is not None:
            return True
    return False


def one_at_a_time(connection: Connection) -> None:
    """Let no other server settle anything before the transaction ends: one that read a trace
    just before it changed would hand down the old one.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def hand_down(connection: Connection, ids: Sequence[UUID]) -> None:
    """See to the traces of runs, and of those below them, within a transaction."""
    one_at_a_time(connection)
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
