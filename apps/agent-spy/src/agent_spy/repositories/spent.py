"""What models used within traces."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from agent_spy.models import Run
from agent_spy.repositories.jsonpath import NumberAt
from agent_spy.storage.reader import Reader

TOKENS: ColumnElement[Any] = NumberAt(Run.usage, "total")
COST: ColumnElement[Any] = NumberAt(Run.usage, "cost")
MODEL_CALL = (Run.usage.is_not(None), Run.run_type.in_(("llm", "embedding")))
"""A model's call tells its usage; so may the runs above it, of the same tokens."""


class Spent(NamedTuple):
    """Tokens, and cost in US dollars where it is told."""

    tokens: int = 0
    cost: float | None = None


class Spending:
    """Sums usage up."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_traces(self, traces: Collection[UUID]) -> dict[UUID, Spent]:
        """What each of these traces used; those without a model's call are not there."""
        if not traces:
            return {}
        query = (
            select(Run.trace_id, func.sum(TOKENS), func.sum(COST))
            .where(Run.trace_id.in_(traces), *MODEL_CALL)
            .group_by(Run.trace_id)
        )
        rows = await self._reader.read(lambda c: c.execute(query).all())
        return {trace: Spent(int(tokens or 0), cost) for trace, tokens, cost in rows}
