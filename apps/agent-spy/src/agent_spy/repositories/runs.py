"""Runs as they are read: by id, by trace, and by what they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import NULLTYPE

from agent_spy.models import Run
from agent_spy.models.base import Id
from agent_spy.storage.reader import Reader

AnyRow: TypeAlias = "Row[*tuple[Any, ...]]"
SMALL = (
    Run.id, Run.name, Run.run_type, Run.status, Run.start_time, Run.end_time, Run.parent_id,
    Run.trace_id, Run.dotted_order, Run.project_id, Run.usage,
)  # fmt: skip
"""What a list or a tree shows: no payload is read for it."""
WHOLE = (
    *SMALL, Run.first_token_time, Run.reference_example_id, Run.error, Run.tags, Run.inputs,
    Run.outputs, Run.events, Run.extra, Run.serialized,
)  # fmt: skip


NODE = (
    type_coerce(Run.id, NULLTYPE).label("id"),
    type_coerce(Run.parent_id, NULLTYPE).label("parent_id"),
    Run.name, Run.run_type, Run.status, Run.start_time, Run.end_time,
)  # fmt: skip
"""The columns of a `Node`, each as the database gives it."""


NodeRow: TypeAlias = tuple[bytes, bytes | None, str | None, str | None, str, int, int | None]
"""A `Node` as the drivers give it: to name the fields of thousands takes a while."""


class Node(NamedTuple):
    """What a tree shows of a run."""

    id: bytes
    parent_id: bytes | None
    name: str | None
    run_type: str | None
    status: str
    start_time: int
    end_time: int | None


# By the start alone an index has them in order; a database would sort them all again.
_OF_TRACE = select(*NODE).where(Run.trace_id == bindparam("trace")).order_by(Run.start_time)
_OF_PROJECT = _OF_TRACE.where(Run.project_id == bindparam("only", type_=Id()))
_BY_START = itemgetter(Node._fields.index("start_time"), Node._fields.index("id"))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first, and where the next page begins."""

    rows: Sequence[AnyRow]
    next: tuple[int, UUID] | None = None


class Runs:
    """Reads runs; `only` keeps every answer within one project."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, run_id: UUID, *, only: bytes | None = None) -> AnyRow | None:
        """One run with all that is known of it."""
        query = select(*WHOLE).where(Run.id == run_id, *_within(only))
        return await self._reader.read(lambda c: c.execute(query).one_or_none())

    async def page(
        self,
        conditions: Sequence[ColumnElement[bool]],
        *,
        limit: int,
        after: tuple[int, UUID] | None = None,
        columns: Sequence[Any] = WHOLE,
        ascending: bool = False,
        only: bytes | None = None,
    ) -> Page:
        """Runs that meet all conditions, newest first, `limit` at most."""
        query = select(*columns).where(*conditions, *_within(only))
        if after:
            query = query.where(behind(after, ascending=ascending))
        query = _ordered(query, ascending=ascending).limit(limit + 1)
        rows = await self._all(query)
        if len(rows) <= limit:
            return Page(rows)
        last = rows[limit - 1]
        return Page(rows[:limit], (last.start_time, last.id))

    async def trace(
        self, trace_id: UUID, *, columns: Sequence[Any] = SMALL, only: bytes | None = None
    ) -> Sequence[AnyRow]:
        """Every run of a trace, in the order of their starts."""
        query = select(*columns).where(Run.trace_id == trace_id, *_within(only))
        query = query.order_by(Run.start_time, Run.id)
        return await self._all(query)

    async def node_rows(self, trace_id: UUID, *, only: bytes | None = None) -> list[NodeRow]:
        """What a tree shows of every run of a trace, in the order of their starts."""
        query = _OF_TRACE if only is None else _OF_PROJECT
        values = {"trace": trace_id.bytes} | ({} if only is None else {"only": only})
        return sorted(await self._reader.rows(query, values), key=_BY_START)

    async def nodes(self, trace_id: UUID, *, only: bytes | None = None) -> list[Node]:
        """The same with names."""
        return list(map(Node._make, await self.node_rows(trace_id, only=only)))

    async def existing(self, ids: Collection[UUID], *, only: bytes | None = None) -> set[UUID]:
        """Those of `ids` that are stored."""
        query = select(Run.id).where(Run.id.in_(ids), *_within(only))
        return await self._reader.read(lambda c: set(c.execute(query).scalars()))

    async def _all(self, query: Select[Any]) -> Sequence[AnyRow]:
        return await self._reader.read(lambda c: c.execute(query).all())


def _within(only: bytes | None) -> tuple[ColumnElement[bool], ...]:
    return () if only is None else (Run.project_id == only,)


def _ordered(query: Select[Any], *, ascending: bool) -> Select[Any]:
    if ascending:
        return query.order_by(Run.start_time.asc(), Run.id.asc())
    return query.order_by(Run.start_time.desc(), Run.id.desc())


def behind(after: tuple[int, UUID], *, ascending: bool = False) -> ColumnElement[bool]:
    """Keyset pagination: as fast on the last page as on the first."""
    keys = tuple_(Run.start_time, Run.id)
    return keys > after if ascending else keys < after
