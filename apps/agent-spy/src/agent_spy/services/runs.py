"""Reading runs as LangSmith's SDKs ask for them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement

from agent_spy.errors import NotFoundError
from agent_spy.models import Run
from agent_spy.repositories import filters
from agent_spy.repositories.runs import Runs
from agent_spy.services.shape import langsmith
from agent_spy.wire import values
from agent_spy.wire.filter import parse


class Query(BaseModel):
    """What `POST /runs/query` takes; other keys are passed over."""

    session: list[UUID] | None = None
    id: list[UUID] | None = None
    trace: UUID | None = None
    parent_run: UUID | None = None
    is_root: bool | None = None
    run_type: str | None = None
    reference_example: list[UUID] | None = None
    error: bool | None = None
    start_time: str | float | None = None
    end_time: str | float | None = None
    query: str | None = None
    filter: str | None = None
    trace_filter: str | None = None
    tree_filter: str | None = None
    select: list[str] | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = None
    order: str = "desc"


def conditions(query: Query) -> list[ColumnElement[bool]]:
    """What a run must be to answer `query`.

    Raises:
        ValueError: a time or a filter cannot be read.
    """
    found: list[ColumnElement[bool]] = []
    plain: Sequence[tuple[Any, Any]] = (
        (Run.project_id, query.session),
        (Run.id, query.id),
        (Run.reference_example_id, query.reference_example),
    )
    found += [column.in_(wanted) for column, wanted in plain if wanted is not None]
    if query.trace is not None:
        found.append(Run.trace_id == query.trace)
    if query.parent_run is not None:
        found.append(Run.parent_id == query.parent_run)
    if query.is_root is not None:
        found.append(Run.parent_id.is_(None) if query.is_root else Run.parent_id.is_not(None))
    if query.run_type is not None:
        found.append(Run.run_type == query.run_type)
    if query.error is not None:
        found.append(Run.status == "failed" if query.error else Run.status != "failed")
    if query.start_time is not None:
        found.append(Run.start_time >= values.microseconds(query.start_time))
    if query.end_time is not None:
        found.append(Run.end_time <= values.microseconds(query.end_time))
    if query.query:
        found.append(filters.search(query.query))
    if query.filter:
        found.append(filters.condition(parse(query.filter)))
    if query.trace_filter:
        found.append(filters.of_root(parse(query.trace_filter)))
    if query.tree_filter:
        found.append(filters.of_any_in_trace(parse(query.tree_filter)))
    return found


class RunReader:
    """Answers the SDK's questions."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def get(self, run_id: UUID, *, only: bytes | None = None) -> bytes:
        """One run as JSON.

        Raises:
            NotFoundError: there is none.
        """
        row = await self._runs.get(run_id, only=only)
        if row is None:
            raise NotFoundError("Run not found")
        return orjson.dumps(langsmith(row))

    async def query(self, query: Query, *, only: bytes | None = None) -> bytes:
        """A page of runs as JSON, with the cursor of the next."""
        page = await self._runs.page(
            conditions(query),
            limit=query.limit,
            after=_read_cursor(query.cursor),
            ascending=query.order == "asc",
            only=only,
        )
        return orjson.dumps(
            {
                "runs": [langsmith(row, query.select) for row in page.rows],
                "cursors": {"next": _cursor(page.next)},
            }
        )


def _cursor(after: tuple[int, UUID] | None) -> str | None:
    if after is None:
        return None
    return base64.urlsafe_b64encode(after[0].to_bytes(8, "big") + after[1].bytes).decode()


def _read_cursor(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    try:
        data = base64.urlsafe_b64decode(cursor)
        return int.from_bytes(data[:8], "big"), UUID(bytes=data[8:])
    except (binascii.Error, ValueError):
        raise ValueError(f"no cursor of this server: {cursor[:80]!r}") from None
