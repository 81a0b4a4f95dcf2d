"""One run of what LangSmith's SDK tells twice: in hybrid mode, as a run and as a span.

The two have no id in common. They have the project, the name, the type and the microsecond of the
start, and those are the key under which as many spans as there are runs are taken for their
echoes. The run stays as it is, and the span's own row goes; spans that are left over are runs of
their own. Who of several is whose echo makes no difference: no run takes anything from its echo.

Either may come first, and to different servers. So each side is committed before it looks for the
other, and at least the later one finds both (`docs/decisions/0025-hybrid-without-doubles.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from agent_spy.models import Echo, Run
from agent_spy.models.run import LOOSE
from agent_spy.repositories import following
from agent_spy.services.lineage import Lineage, hand_down, one_at_a_time
from agent_spy.storage.database import Database
from agent_spy.wire.change import LANES, POSTED, RunChange

_AT_ONCE = 500
"""Ids of one statement."""
_Known: TypeAlias = dict[tuple[bytes | None, bytes | None], bytes]
"""The run of which a span is the echo, by project and span."""


class Echoes:
    """Keeps spans that tell again of a run from being runs."""

    def __init__(self, database: Database, lineage: Lineage) -> None:
        self._database, self._lineage = database, lineage
        self._alone = database.engine is None
        self._met: bool | None = None

    async def admit(
        self, changes: Sequence[RunChange], echoes: Collection[bytes]
    ) -> list[RunChange]:
        """The spans that are to be stored as runs, below the runs of which others are echoes.

        Args:
            changes: what spans say; `project_id` is known.
            echoes: the ids of those that may be echoes.
        """
        if not echoes and not await self._any():
            return list(changes)
        self._met = True
        known = await self._database.writer.do(lambda c: _admit(c, changes, echoes))
        admitted = [change for change in changes if (change.project_id, change.id) not in known]
        for change in admitted:
            run = known.get((change.project_id, change.parent_id))
            if run:
                change.parent_id = run
                change.ranks |= POSTED << LANES["parent_id"]
        return admitted

    async def settle(self, changes: Sequence[RunChange], *, spans: bool = False) -> None:
        """See to the echoes of runs, or spans, that were just stored."""
        if not changes or not await self._any():
            return
        ids = [UUID(bytes=change.id) for change in changes]
        if spans or await self._near(ids):
            await self._database.writer.do(lambda connection: _settle(connection, ids))

    async def _any(self) -> bool:
        """Whether there are any; on PostgreSQL other servers may bring the first at any time."""
        if not self._alone:
            # The lineage has just asked, in one statement with its own question.
            self._met = self._met or self._lineage.echoed
        elif self._met is None:
            query = select(Echo.span_id).limit(1)
            self._met = await self._database.reader.read(
                lambda c: c.execute(query).first() is not None
            )
        return bool(self._met)

    async def _near(self, ids: Sequence[UUID]) -> bool:
        """Whether one of these runs may have an echo."""
        queries = [
            select(Run.id).join(Echo, _same()).where(Run.id.in_(some)).limit(1)
            for some in _pieces(ids)
        ]
        return await self._database.reader.read(
            lambda c: any(c.execute(query).first() is not None for query in queries)
        )


def _same() -> ColumnElement[bool]:
    """A run and a waiting span that may be its echo."""
    return (
        (Run.start_time == Echo.start_time)
        & (Run.project_id == Echo.project_id)
        & (Run.name == Echo.name)
        & (Run.run_type == Echo.run_type)
        & Echo.run_id.is_(None)
    )


def _admit(
    connection: Connection, changes: Sequence[RunChange], echoes: Collection[bytes]
) -> _Known:
    """Note the echoes; the runs of those that are known, and of parents that are echoes."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows: list[dict[str, Any]] = [
        {
            "span_id": UUID(bytes=change.id),
            "project_id": change.project_id,
            "name": change.name,
            "run_type": change.run_type,
            "start_time": change.start_time,
        }
        for change in sorted(changes, key=lambda change: change.id)
        if change.id in echoes
    ]
    if rows:
        connection.execute(insert(Echo).on_conflict_do_nothing(), rows)
        _settle(connection, [row["span_id"] for row in rows])
    asked = {one for change in changes for one in (change.id, change.parent_id) if one}
    known: _Known = {}
    for some in _pieces(list(asked)):
        query = select(Echo.project_id, Echo.span_id, Echo.run_id).where(
            Echo.span_id.in_(some), Echo.run_id.is_not(None)
        )
        found: Any = connection.execute(query)
        known.update(((where.bytes, span.bytes), run.bytes) for where, span, run in found)
    return known


def _settle(connection: Connection, ids: Sequence[UUID]) -> None:
    """Find the echoes among these spans, and those of these runs; take their rows away."""
    one_at_a_time(connection)
    for some in _pieces(ids):
        _pair(connection, Run.id.in_(some))
        _pair(connection, Echo.span_id.in_(some))
        spans = list(
            connection.execute(
                select(Echo.span_id).where(
                    Echo.run_id.is_not(None), or_(Echo.span_id.in_(some), Echo.run_id.in_(some))
                )
            ).scalars()
        )
        own = exists().where(Echo.span_id == Run.id, Echo.project_id == Run.project_id)
        gone: Any = delete(Run).where(Run.id.in_(spans), own).returning(Run.id)
        following.log(connection, list(connection.execute(gone).scalars()))
        moved = _move(connection, Run.id.in_(some))
        if spans:
            moved += _move(connection, Run.parent_id.in_(spans))
        if moved:
            hand_down(connection, moved)


def _pair(connection: Connection, among: ColumnElement[bool]) -> None:
    """Give waiting spans to runs that have none yet, one to one."""
    other = aliased(Echo)
    query = (
        select(Echo.span_id, Run.id)
        .join(Run, _same())
        .where(
            among,
            ~exists().where(other.run_id == Run.id),
            ~exists().where(other.span_id == Run.id),  # the span's own row is no other run
        )
        .order_by(Echo.span_id, Run.id)
    )
    given: dict[UUID, UUID] = {}
    taken: set[UUID] = set()
    for span, run in connection.execute(query):
        if span not in given and run not in taken:
            given[span] = run
            taken.add(run)
    for span, run in given.items():
        connection.execute(update(Echo).where(Echo.span_id == span).values(run_id=run))


def _move(connection: Connection, among: ColumnElement[bool]) -> list[UUID]:
    """Hang spans below the run of which their parent is an echo."""
    theirs = select(Echo.run_id).where(
        Echo.span_id == Run.parent_id,
        Echo.project_id == Run.project_id,
        Echo.run_id.is_not(None),
    )
    statement: Any = (
        update(Run)
        .where(text(LOOSE), among, theirs.exists())
        .values(
            parent_id=theirs.scalar_subquery(),
            ranks=Run.ranks.op("|")(POSTED << LANES["parent_id"]),
        )
        .returning(Run.id)
        .execution_options(synchronize_session=False)
    )
    return list(connection.execute(statement).scalars())


def _pieces(ids: Sequence[Any]) -> list[Sequence[Any]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
