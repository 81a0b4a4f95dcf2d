"""Threads: the traces whose metadata names the same conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from agent_spy.models import Run
from agent_spy.repositories.aggregates import LATENCY
from agent_spy.repositories.fields import thread
from agent_spy.repositories.jsonpath import NumberAt
from agent_spy.repositories.runs import AnyRow
from agent_spy.storage.reader import Reader

THREAD = thread().label("thread_id")


class Threads:
    """Groups the roots of traces."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(
        self, conditions: Sequence[ColumnElement[bool]], *, limit: int, offset: int
    ) -> Sequence[AnyRow]:
        """Threads with a root that meets all conditions, the last active first."""
        roots = (
            select(
                THREAD,
                Run.start_time,
                Run.status,
                LATENCY.label("latency"),
                NumberAt(Run.usage, "total").label("tokens"),
                NumberAt(Run.usage, "cost").label("cost"),
            )
            .where(Run.parent_id.is_(None), *conditions)
            .subquery()
        )
        columns = roots.c
        query = (
            select(
                columns.thread_id,
                func.count().label("turns"),
                func.min(columns.start_time).label("first"),
                func.max(columns.start_time).label("last"),
                func.count().filter(columns.status == "failed").label("failed"),
                func.sum(columns.tokens).label("tokens"),
                func.sum(columns.cost).label("cost"),
            )
            .where(columns.thread_id.is_not(None))
            .group_by(columns.thread_id)
            .order_by(func.max(columns.start_time).desc(), columns.thread_id)
            .limit(limit)
            .offset(offset)
        )
        return await self._reader.read(lambda c: c.execute(query).all())

    async def count(self, conditions: Sequence[ColumnElement[bool]]) -> int:
        """How many threads have a root that meets all conditions."""
        query = select(func.count(thread().distinct())).where(Run.parent_id.is_(None), *conditions)
        return await self._reader.read(lambda c: c.scalar(query) or 0)

    async def ends(
        self, conditions: Sequence[ColumnElement[bool]], names: Sequence[str]
    ) -> dict[str, tuple[AnyRow, AnyRow]]:
        """The first and the last trace of each of these threads, with what they took and gave."""
        place = [Run.start_time, Run.id]
        counted = (
            select(
                THREAD,
                Run.id.label("id"),
                func.row_number().over(partition_by=thread(), order_by=place).label("up"),
                func.row_number()
                .over(partition_by=thread(), order_by=[column.desc() for column in place])
                .label("down"),
            )
            .where(Run.parent_id.is_(None), *conditions, thread().in_(names))
            .subquery()
        )
        query = (
            select(
                counted.c.thread_id, counted.c.up, counted.c.down, Run.id, Run.inputs, Run.outputs,
                Run.error,
            )
            .join(counted, counted.c.id == Run.id)
            .where((counted.c.up == 1) | (counted.c.down == 1))
        )  # fmt: skip
        found: dict[str, list[Any]] = {}
        for row in await self._reader.read(lambda c: c.execute(query).all()):
            ends = found.setdefault(row.thread_id, [None, None])
            if row.up == 1:
                ends[0] = row
            if row.down == 1:
                ends[1] = row
        return {name: (ends[0], ends[1]) for name, ends in found.items()}
