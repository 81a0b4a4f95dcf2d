"""Sums over the runs that meet conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from agent_spy.models import Run
from agent_spy.repositories.jsonpath import NumberAt
from agent_spy.storage.reader import Reader

_USAGE = {
    "total_tokens": "total",
    "prompt_tokens": "prompt",
    "completion_tokens": "completion",
    "total_cost": "cost",
    "prompt_cost": "prompt_cost",
    "completion_cost": "completion_cost",
}
LATENCY: Any = Run.end_time - Run.start_time
FIRST_TOKEN: Any = Run.first_token_time - Run.start_time


class Aggregates:
    """Counts, sums and percentiles; times are microseconds."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of(self, conditions: Sequence[ColumnElement[bool]]) -> dict[str, Any]:
        """What the runs that meet all conditions sum up to."""
        # A model's call tells its usage; so may the runs above it, of the same tokens.
        spent = Run.run_type.in_(("llm", "embedding"))
        sums = [
            func.sum(NumberAt(Run.usage, key)).filter(spent).label(name)
            for name, key in _USAGE.items()
        ]
        counts = select(
            func.count().label("run_count"),
            func.count().filter(Run.status == "failed").label("failed"),
            func.count(Run.first_token_time).label("streamed"),
            func.count().filter(Run.run_type == "llm").label("calls"),
            func.max(Run.start_time).label("last_run_start_time"),
            func.min(Run.start_time).label("first_start_time"),
            func.max(Run.end_time).label("last_end_time"),
            *sums,
        ).where(*conditions)
        total: ColumnElement[Any] = NumberAt(Run.usage, "total")

        def look(connection: Connection) -> dict[str, Any]:
            found = dict(connection.execute(counts).one()._mapping)  # noqa: SLF001 - public
            for name, column, extra in (
                ("latency", LATENCY, [Run.end_time.is_not(None), Run.start_time > 0]),
                ("first_token", FIRST_TOKEN, [Run.first_token_time.is_not(None)]),
                ("tokens", total, [spent, total.is_not(None)]),
            ):
                ordered = select(column).where(*conditions, *extra)
                low, high = _percentiles(connection, ordered, column)
                found[f"{name}_p50"], found[f"{name}_p99"] = low, high
            return found

        return await self._reader.read(look)


def _percentiles(connection: Connection, query: Select[Any], column: Any) -> tuple[Any, Any]:
    """The median and the 99th percentile; SQLite has no word for them."""
    count = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    if not count:
        return None, None
    found = []
    for share in (0.5, 0.99):
        place = min(count - 1, int(share * count))
        found.append(connection.scalar(query.order_by(column).offset(place).limit(1)))
    return found[0], found[1]
