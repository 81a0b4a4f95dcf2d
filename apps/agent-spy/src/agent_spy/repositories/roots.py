"""Traces by their roots, newest first, as the dashboard asks for them.

It is asked more often than anything else, so each of its statements is built once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal, select, tuple_

from agent_spy.models import Project, Run
from agent_spy.models.base import Id
from agent_spy.repositories.runs import NODE, AnyRow
from agent_spy.repositories.search import search
from agent_spy.storage.reader import Reader

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


@dataclass(frozen=True, slots=True)
class RootPage:
    """Rows with the columns of a `Node`, then inputs, outputs and the project's name."""

    rows: Sequence[AnyRow]
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
        if wanted.search:
            conditions = [search(wanted.search, roots=True), *(_CONDITIONS[name] for name in bound)]
            query, counted = _build(conditions, further=after is not None)
        else:
            query, counted = _prepared(frozenset(bound), after is not None)
        bound |= {"counted": self.counted}
        values = bound | {"most": limit + 1, "offset": offset}
        if after:
            values |= {"last_start": after[0], "last_id": after[1]}

        def look(connection: Connection) -> tuple[Sequence[AnyRow], int]:
            rows = connection.execute(query, values).all()
            if rows:
                return rows, rows[0].total
            return rows, connection.scalar(counted, bound) or 0 if offset or after else 0

        rows, total = await self._reader.read(look)
        return RootPage(rows[:limit], len(rows) > limit, total)


@cache
def _prepared(asked: frozenset[str], further: bool) -> tuple[Select[*tuple[Any, ...]], Select[int]]:  # noqa: FBT001 - a cache's key
    return _build([_CONDITIONS[name] for name in sorted(asked)], further=further)


def _build(
    conditions: Iterable[ColumnElement[bool]], *, further: bool
) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
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
