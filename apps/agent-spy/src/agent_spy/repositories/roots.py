"""Traces by their roots, newest first, as the dashboard asks for them.

It is asked more often than anything else, so each of its statements is built once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, literal, select, tuple_

from agent_spy.models import Project, Run
from agent_spy.models.base import Id
from agent_spy.repositories.runs import NODE, Node
from agent_spy.repositories.search import search
from agent_spy.storage.reader import Query, Reader, Values, driver_rows

_NAMED = select(Project.id).where(Project.name == bindparam("project")).scalar_subquery()
_KEYS = tuple_(Run.start_time, Run.id)
_LAST = tuple_(bindparam("last_start"), bindparam("last_id", type_=Id()))
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "project": Run.project_id == _NAMED,
    "status": Run.status == bindparam("status"),
    "since": Run.start_time >= bindparam("since"),
    "until": Run.start_time <= bindparam("until"),
    "only": Run.project_id == bindparam("only", type_=Id()),
}


@dataclass(frozen=True, slots=True)
class RootFilter:
    """Which roots are wanted; times are microseconds since 1970."""

    project: str | None = None
    status: str | None = None
    since: int | None = None
    until: int | None = None
    only: bytes | None = None
    """The one project that the caller's key opens."""
    search: str | None = None

    @property
    def bound(self) -> dict[str, Any]:
        """The conditions that are asked for, but for the search, and their values."""
        values = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: value for name, value in values.items() if value is not None}


class Root(NamedTuple):
    """What a list of traces shows of one."""

    node: Node
    inputs: str | None
    outputs: str | None
    project: str | None


@dataclass(frozen=True, slots=True)
class RootPage:
    """A page of roots, and whether there are any behind it."""

    roots: Sequence[Root]
    more: bool
    total: int
    """How many there are in all; counted no further than `Roots.counted`."""


class Roots:
    """Reads roots."""

    counted = 1_000
    """As many are counted one by one."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(
        self, wanted: RootFilter, *, limit: int, offset: int = 0, after: tuple[int, Any] | None
    ) -> RootPage:
        """A page of roots; `after` is the start and id of the last one of the page before."""
        bound = wanted.bound
        further = after is not None
        if wanted.search:
            conditions = [search(wanted.search, roots=True), *(_CONDITIONS[name] for name in bound)]
            query, counted = _build(conditions, further=further)
            ask = self._ask_once
        else:
            query, counted = _prepared(frozenset(bound), further)
            ask = self._reader.rows
        bound |= {"counted": self.counted}
        values = bound | {"most": limit + 1, "offset": offset}
        if after:
            values |= {"last_start": after[0], "last_id": after[1]}
        rows = await ask(query, values)
        total = rows[0][-1] if rows else 0
        if not rows and (offset or after):
            total = (await ask(counted, bound))[0][0]
        return RootPage(list(map(_root, rows[:limit])), len(rows) > limit, total)

    async def _ask_once(self, query: Query, values: Values) -> Sequence[Any]:
        return await self._reader.read(partial(driver_rows, query=query, values=values))


def _root(row: Sequence[Any]) -> Root:
    *node, inputs, outputs, project, _ = row
    return Root(Node._make(node), inputs, outputs, project)


@cache
def _prepared(asked: frozenset[str], further: bool) -> tuple[Query, Select[int]]:  # noqa: FBT001 - a cache's key
    return _build([_CONDITIONS[name] for name in sorted(asked)], further=further)


def _build(
    conditions: Iterable[ColumnElement[bool]], *, further: bool
) -> tuple[Query, Select[int]]:
    """The question for a page, with the total in each row, and that for the total alone."""
    where = [Run.parent_id.is_(None), *conditions]
    some = select(literal(1)).where(*where).limit(bindparam("counted")).subquery()
    counted = select(func.count()).select_from(some)
    query = (
        select(
            *NODE,
            Run.inputs,
            Run.outputs,
            Project.name.label("project_name"),
            counted.scalar_subquery().label("total"),
        )
        .join_from(Run, Project, Project.id == Run.project_id, isouter=True)
        .where(*where, *([_KEYS < _LAST] if further else []))
        .order_by(Run.start_time.desc(), Run.id.desc())
        .limit(bindparam("most"))
        .offset(bindparam("offset"))
    )
    return query, counted
