"""Judgements of runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agent_spy.schemas.values import Id, Time


class FeedbackUpdate(BaseModel):
    """What is to change; null changes nothing."""

    model_config = ConfigDict(extra="allow")

    score: bool | float | None = None
    value: Any = None
    comment: str | None = None
    correction: Any = None


class FeedbackCreate(FeedbackUpdate):
    """A new judgement; the run need not be known yet."""

    id: Id | None = None
    key: str = Field(min_length=1)
    run_id: Id | None = None
    trace_id: Id | None = None
    session_id: Id | None = None
    feedback_source: Any = None
    extra: Any = None
    error: bool | None = None
    created_at: Time | None = None
    modified_at: Time | None = None
    start_time: Time | None = None
    comparative_experiment_id: Id | None = None
    feedback_group_id: Id | None = None


class FeedbackResponse(BaseModel):
    """A judgement as it is stored."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    key: str
    run_id: UUID | None
    trace_id: UUID | None
    score: float | None
    value: Any
    comment: str | None
    correction: Any
    created_at: datetime
    modified_at: datetime
