"""What SDKs ask of runs, as conditions."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement

from agent_spy.models import Run
from agent_spy.repositories import filters
from agent_spy.repositories.search import search
from agent_spy.schemas.values import Count, Cursor, Filter, Flag, Ids, Positive, Time
from agent_spy.wire import values
from agent_spy.wire.filter import parse

LARGEST_PAGE = 1000
Condition = ColumnElement[bool]


class Query(BaseModel):
    """What `POST /runs/query` and `POST /runs/stats` take; other keys are passed over."""

    model_config = ConfigDict(extra="ignore")

    session: Ids | None = None
    session_id: Ids | None = None
    """The SDK's own spelling where it looks for the children of a run."""
    id: Ids | None = None
    trace: UUID | None = None
    parent_run: UUID | None = None
    is_root: Flag | None = None
    execution_order: Count | None = None
    """1 is how older SDKs ask for roots."""
    run_type: str | None = None
    reference_example: Ids | None = None
    error: Flag | None = None
    start_time: Time | None = None
    end_time: Time | None = None
    query: str | None = None
    filter: Filter | None = None
    trace_filter: Filter | None = None
    tree_filter: Filter | None = None
    select: list[str] | None = None
    limit: Positive | None = None
    """How many a page holds, 100 where it is not told; never more than 1,000."""
    cursor: Cursor | None = None
    order: Literal["asc", "desc"] | None = None


def conditions(query: Query) -> list[Condition]:
    """What a run must be to answer `query`.

    Raises:
        ValueError: a time or a filter cannot be read.
    """
    root = True if query.execution_order == 1 else query.is_root
    return [
        *among(Run.project_id, query.session if query.session is not None else query.session_id),
        *among(Run.id, query.id),
        *among(Run.reference_example_id, query.reference_example),
        *equal(Run.trace_id, query.trace),
        *equal(Run.parent_id, query.parent_run),
        *equal(Run.run_type, query.run_type),
        *rooted(is_root=root),
        *failed(error=query.error),
        *times(query.start_time, None),
        *before(query.end_time),
        *([search(query.query)] if query.query else []),
        *filtered(query.filter, query.trace_filter, query.tree_filter),
    ]


def among(column: Any, wanted: list[UUID] | None) -> list[Condition]:
    """Whether a column is one of those that are told."""
    return [] if wanted is None else [column.in_(wanted)]


def equal(column: Any, wanted: UUID | str | None) -> list[Condition]:
    """Whether a column is what is told."""
    return [] if wanted is None else [column == wanted]


def rooted(*, is_root: bool | None) -> list[Condition]:
    """Whether a run is the root of its trace."""
    if is_root is None:
        return []
    return [Run.parent_id.is_(None) if is_root else Run.parent_id.is_not(None)]


def failed(*, error: bool | None) -> list[Condition]:
    """Whether a run failed."""
    if error is None:
        return []
    return [Run.status == "failed" if error else Run.status != "failed"]


def times(earliest: Time | None, latest: Time | None) -> list[Condition]:
    """When a run must have started."""
    found: list[Condition] = []
    if earliest is not None:
        found.append(Run.start_time >= values.microseconds(earliest))
    if latest is not None:
        found.append(Run.start_time <= values.microseconds(latest))
    return found


def before(end: Time | None) -> list[Condition]:
    """When a run must have ended."""
    return [] if end is None else [Run.end_time <= values.microseconds(end)]


def filtered(run: str | None, root: str | None, tree: str | None) -> list[Condition]:
    """What the three filters ask: of the run, of its trace's root, of any run of its trace."""
    found: list[Condition] = []
    if run:
        found.append(filters.condition(parse(run)))
    if root:
        found.append(filters.of_root(parse(root)))
    if tree:
        found.append(filters.of_any_in_trace(parse(tree)))
    return found


def write_cursor(after: tuple[int, UUID] | None) -> str | None:
    """Where the next page begins, as clients hand it back."""
    if after is None:
        return None
    start, run_id = after
    return base64.urlsafe_b64encode(start.to_bytes(8, "big", signed=True) + run_id.bytes).decode()


def read_cursor(cursor: str | None) -> tuple[int, UUID] | None:
    """What `write_cursor` wrote.

    Raises:
        ValueError: it did not write this.
    """
    if not cursor:
        return None
    try:
        data = base64.urlsafe_b64decode(cursor)
        return int.from_bytes(data[:8], "big", signed=True), UUID(bytes=data[8:])
    except (binascii.Error, ValueError):
        raise ValueError(f"no cursor of this server: {cursor[:80]!r}") from None
