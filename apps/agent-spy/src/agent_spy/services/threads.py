"""Threads in LangSmith's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import Field

from agent_spy.errors import UnsupportedError
from agent_spy.models import Run
from agent_spy.repositories.aggregates import Aggregates
from agent_spy.repositories.fields import thread
from agent_spy.repositories.threads import Threads
from agent_spy.schemas.values import Count, Filter, OffsetCursor, Unserved
from agent_spy.services import query as ask
from agent_spy.services.query import Condition
from agent_spy.services.shape import iso
from agent_spy.services.shapev2 import preview
from agent_spy.services.sums import TOKENS, seconds
from agent_spy.services.v2 import Window
from agent_spy.storage.database import Database


class ThreadQuery(Window):
    """`POST /api/v2/threads/query`."""

    project_id: UUID | None = None
    filter: Filter | None = None
    thread_filter: Unserved = None
    cursor: OffsetCursor | None = None
    page_size: Count = Field(default=20, ge=1, le=100)

    def conditions(self) -> list[Condition]:
        """The query as conditions on the roots of traces."""
        if self.thread_filter:
            raise UnsupportedError("This server has no thread_filter")
        return [
            *super().conditions(),
            *ask.equal(Run.project_id, self.project_id),
            *ask.filtered(self.filter, None, None),
        ]


class ThreadTotals(ThreadQuery):
    """`POST /api/v2/threads/stats`."""

    select: list[str]


class ThreadReader:
    """Answers as JSON; `only` is the caller's one project."""

    def __init__(self, database: Database) -> None:
        self._threads = Threads(database.reader)
        self._aggregates = Aggregates(database.reader)

    async def page(self, query: ThreadQuery, *, only: bytes | None = None) -> bytes:
        """A page of threads, the last active first."""
        wanted = _within(query.conditions(), only)
        offset = _offset(query.cursor)
        rows = await self._threads.page(wanted, limit=query.page_size + 1, offset=offset)
        shown = rows[: query.page_size]
        ends = await self._threads.ends(wanted, [row.thread_id for row in shown])
        items = [await self._item(row, ends[row.thread_id], wanted) for row in shown]
        more = len(rows) > query.page_size
        cursor = str(offset + query.page_size) if more else None
        return orjson.dumps({"items": items, "next_cursor": cursor})

    async def _item(
        self, row: Any, ends: tuple[Any, Any], wanted: Sequence[Condition]
    ) -> dict[str, Any]:
        first, last = ends
        roots = [*wanted, Run.parent_id.is_(None), thread() == row.thread_id]
        latency = await self._aggregates.of(roots)
        return {
            "thread_id": row.thread_id,
            "count": row.turns,
            "start_time": iso(row.first),
            "min_start_time": iso(row.first),
            "max_start_time": iso(row.last),
            "trace_id": str(last.id),
            "first_trace_id": str(first.id),
            "last_trace_id": str(last.id),
            "first_inputs": preview(first.inputs),
            "last_outputs": preview(last.outputs),
            "last_error": preview(last.error),
            "num_errored_turns": row.failed,
            "latency_p50": seconds(latency["latency_p50"]),
            "latency_p99": seconds(latency["latency_p99"]),
            "total_tokens": int(row.tokens or 0),
            "total_cost": row.cost or 0,
            "feedback_stats": {},
        }

    async def totals(self, query: ThreadTotals, *, only: bytes | None = None) -> bytes:
        """What the threads of a project sum up to."""
        wanted = _within(query.conditions(), only)
        roots = [*wanted, Run.parent_id.is_(None), thread().is_not(None)]
        found = await self._aggregates.of(roots)
        traces = found["run_count"]
        sums = {
            "thread_count": await self._threads.count(wanted),
            "trace_count": traces,
            "error_rate": found["failed"] / traces if traces else 0.0,
            "streaming_rate": found["streamed"] / traces if traces else 0.0,
            "latency_p50_seconds": seconds(found["latency_p50"]),
            "latency_p99_seconds": seconds(found["latency_p99"]),
            "first_token_p50_seconds": seconds(found["first_token_p50"]),
            "first_token_p99_seconds": seconds(found["first_token_p99"]),
            "median_tokens": int(found["tokens_p50"] or 0),
            **{name: int(found[name] or 0) for name in TOKENS},
            **{name: found[name] for name in ("total_cost", "prompt_cost", "completion_cost")},
        }
        names = {word.lower() for word in query.select}
        return orjson.dumps(
            {key: sum_ for key, sum_ in sums.items() if key.removesuffix("_seconds") in names}
        )

    async def stats(
        self,
        name: str,
        project_id: UUID,
        filter_: str | None,
        *,
        only: bytes | None = None,
    ) -> bytes:
        """What a thread sums up to."""
        roots = [Run.project_id == project_id, Run.parent_id.is_(None), thread() == name]
        found = await self._aggregates.of(
            _within([*roots, *ask.filtered(filter_, None, None)], only)
        )
        return orjson.dumps(
            {
                "turns": found["run_count"],
                "first_start_time": iso(found["first_start_time"]),
                "last_start_time": iso(found["last_run_start_time"]),
                "last_end_time": iso(found["last_end_time"]),
                "latency_p50_seconds": seconds(found["latency_p50"]),
                "latency_p99_seconds": seconds(found["latency_p99"]),
                **{name: int(found[name] or 0) for name in TOKENS},
                "prompt_cost": found["prompt_cost"],
                "completion_cost": found["completion_cost"],
                "total_cost": found["total_cost"],
            }
        )


def _within(wanted: Sequence[Condition], only: bytes | None) -> list[Condition]:
    return [*wanted, *([] if only is None else [Run.project_id == only])]


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):  # noqa: PLR2004
        raise ValueError(f"no cursor of this server: {cursor[:80]!r}")
    return int(cursor)
