"""Runs: as they are sent, and as LangSmith's API gives them out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from agent_spy.schemas.values import Id, Time

DottedOrder = Annotated[str, WithJsonSchema({"type": "string", "format": "dotted-order"})]
"""Each ancestor's start and id, then its own: `20260101T100000000000Z<uuid>.…`."""


class RunBase(BaseModel):
    """What can be said of a run; keys that are left out or null say nothing."""

    model_config = ConfigDict(extra="allow")

    name: str | None = None
    run_type: str | None = None
    start_time: Time | None = None
    end_time: Time | None = None
    parent_run_id: Id | None = None
    trace_id: Id | None = None
    dotted_order: DottedOrder | None = None
    session_name: str | None = None
    project_name: str | None = None
    session_id: Id | None = None
    reference_example_id: Id | None = None
    status: str | None = None
    inputs: Any = None
    outputs: Any = None
    events: Any = None
    extra: Any = None
    serialized: Any = None
    error: Any = None
    tags: Any = None


class RunCreate(RunBase):
    """A new run; it needs an id."""

    id: UUID


class RunUpdate(RunBase):
    """What is new of a run."""

    id: str | None = None
    """The address's counts, where there is one in it."""


class Refused(BaseModel):
    """One run of a batch that was not taken, and why."""

    id: str
    error: str


class Taken(BaseModel):
    """What became of a batch: all but `errors` is committed."""

    success: bool
    created_count: int
    updated_count: int
    errors: list[Refused]


class RunResponse(BaseModel):
    """A run; with `select` only those keys, and the id."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    name: str | None = None
    run_type: str | None = None
    status: Literal["pending", "success", "error"] | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    parent_run_id: UUID | None = None
    trace_id: UUID | None = None
    dotted_order: str | None = None
    session_id: UUID | None = None
    inputs: dict[str, Any] | None = None
    outputs: dict[str, Any] | None = None
    error: str | None = None
    tags: list[Any] | None = None
    events: list[Any] | None = None
    extra: dict[str, Any] | None = None
    total_tokens: int | None = None
    total_cost: float | None = None


class Cursors(BaseModel):
    """Where the next page begins; null on the last."""

    next: str | None


class RunPage(BaseModel):
    """Runs, newest first."""

    runs: list[RunResponse]
    cursors: Cursors


class RunV2(BaseModel):
    """A run in the second version: its id and what was selected."""

    model_config = ConfigDict(extra="allow")

    id: UUID


class PageV2(BaseModel):
    """Runs or traces, and where the next page begins."""

    items: list[RunV2]
    next_cursor: str | None = None


class TraceAggregates(BaseModel):
    """What a trace sums up to."""

    model_config = ConfigDict(extra="allow")

    total_tokens: int
    total_cost: float | None


class TraceV2(BaseModel):
    """A trace by its root."""

    root_run: RunV2
    trace_aggregates: TraceAggregates


class TracePageV2(BaseModel):
    """Traces, the newest first."""

    items: list[TraceV2]
    next_cursor: str | None = None


class Stats(BaseModel):
    """What runs sum up to; latencies in seconds."""

    model_config = ConfigDict(extra="allow")

    run_count: int
    latency_p50: float | None
    latency_p99: float | None
    total_tokens: int
    total_cost: float | None
    error_rate: float
    last_run_start_time: datetime | None


class Thread(BaseModel):
    """Traces of one conversation."""

    model_config = ConfigDict(extra="allow")

    thread_id: str
    count: int


class ThreadPage(BaseModel):
    """Threads, the last active first."""

    items: list[Thread]
    next_cursor: str | None = None


class Sums(BaseModel):
    """What threads sum up to: what was selected."""

    model_config = ConfigDict(extra="allow")


class Share(BaseModel):
    """A run that anybody with the token may read."""

    run_id: UUID
    share_token: UUID


class ShareToken(BaseModel):
    """Without a token one is made."""

    run_id: UUID | None = None
    share_token: UUID | None = None
