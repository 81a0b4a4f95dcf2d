"""A judgement of a run: by a person, a program or a model."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, Json, ProjectMixin, TimestampMixin


class Feedback(ProjectMixin, TimestampMixin, Base):
    """One score, value or comment under a key."""

    __tablename__ = "feedback"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID | None]
    trace_id: Mapped[UUID | None]
    key: Mapped[str]
    score: Mapped[float | None]
    value: Mapped[Json | None]
    comment: Mapped[str | None]
    correction: Mapped[Json | None]
    feedback_source: Mapped[Json | None]
    extra: Mapped[Json | None]

    __table_args__ = (
        Index("ix_feedback_run", "run_id", "created_at"),
        Index("ix_feedback_trace", "trace_id"),
    )
