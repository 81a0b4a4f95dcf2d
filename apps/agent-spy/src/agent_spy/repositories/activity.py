"""What happened in a span of time, by parts of it and by what the runs are.

Every query names the projects: so it reads the index that begins with them, and of that no more
than the span.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, or_, select

from agent_spy.models import Run
from agent_spy.repositories.aggregates import LATENCY
from agent_spy.repositories.jsonpath import TextAt
from agent_spy.repositories.spent import COST, MODEL_CALL, TOKENS
from agent_spy.storage.reader import Reader

PERCENTS = (50, 95, 99)
_MODEL: ColumnElement[Any] = func.coalesce(
    TextAt(Run.extra, "metadata", "ls_model_name"),
    TextAt(Run.extra, "invocation_params", "model"),
    TextAt(Run.extra, "invocation_params", "model_name"),
)
_ROOTS = Run.parent_id.is_(None)
By = Literal["part", "project", "type", "all"]


@dataclass(frozen=True, slots=True)
class Span:
    """From `start`, `parts` times `step` microseconds; and the projects that count."""

    start: int
    step: int
    parts: int
    projects: Collection[UUID]

    @property
    def end(self) -> int:
        """The first moment after it."""
        return self.start + self.step * self.parts


class Count(NamedTuple):
    """How many runs of a kind there are."""

    part: int
    project_id: UUID
    kind: str | None
    status: str
    runs: int


class Used(NamedTuple):
    """What a model used."""

    part: int
    project_id: UUID
    model: str | None
    calls: int
    tokens: int
    cost: float | None


class Activity:
    """Reads what the statistics show."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def counts(self, span: Span, *, roots: bool) -> list[Count]:
        """Runs, or traces, by part, project, type and status."""
        columns = (_part(span), Run.project_id, Run.run_type, Run.status)
        inner = select(*columns).where(*_within(span, roots=roots)).subquery()
        query = select(*inner.c, func.count()).group_by(*inner.c)
        return [Count(*row) for row in await self._all(query)]

    async def latencies(self, span: Span, by: By, *, roots: bool) -> dict[Any, dict[int, int]]:
        """The percentiles of how long ended runs took, in microseconds, for each group."""
        groups: dict[By, Any] = {
            "part": _part(span),
            "project": Run.project_id,
            "type": func.coalesce(Run.run_type, "chain"),
            "all": literal(0),
        }
        ended = select(groups[by].label("grouped"), LATENCY.label("latency")).where(
            *_within(span, roots=roots), Run.end_time.is_not(None)
        )
        inner = ended.subquery()
        ranked = select(
            inner.c.grouped,
            inner.c.latency,
            func.row_number()
            .over(partition_by=inner.c.grouped, order_by=inner.c.latency)
            .label("rank"),
            func.count().over(partition_by=inner.c.grouped).label("total"),
        ).subquery()
        total: ColumnElement[Any] = ranked.c.total
        places = [ranked.c.rank == (total * percent + 99) // 100 for percent in PERCENTS]
        found: dict[Any, dict[int, int]] = {}
        for grouped, latency, rank, count in await self._all(select(ranked).where(or_(*places))):
            for percent in PERCENTS:
                if rank == (count * percent + 99) // 100:
                    found.setdefault(grouped, {})[percent] = latency
        return found

    async def used(self, span: Span) -> list[Used]:
        """Tokens and cost by part, project and model."""
        columns = (
            _part(span),
            Run.project_id,
            _MODEL.label("model"),
            TOKENS.label("tokens"),
            COST.label("cost"),
        )
        calls = select(*columns).where(*_within(span, roots=False), *MODEL_CALL).subquery()
        grouped = (calls.c.part, calls.c.project_id, calls.c.model)
        query = select(
            *grouped, func.count(), func.sum(calls.c.tokens), func.sum(calls.c.cost)
        ).group_by(*grouped)
        return [
            Used(part, project, model, count, int(tokens or 0), cost)
            for part, project, model, count, tokens, cost in await self._all(query)
        ]

    async def _all(self, query: Select[Any]) -> Sequence[Any]:
        return await self._reader.read(lambda c: c.execute(query).all())


def _part(span: Span) -> ColumnElement[Any]:
    part: ColumnElement[Any] = (Run.start_time - span.start) // span.step
    return part.label("part")


def _within(span: Span, *, roots: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Run.project_id.in_(span.projects),
        Run.start_time >= span.start,
        Run.start_time < span.end,
    ]
    return [*found, _ROOTS] if roots else found
