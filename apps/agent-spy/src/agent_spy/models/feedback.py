"""A judgement of a run: by a person, a program or a model."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, Json, Microseconds, ProjectMixin, TimestampMixin


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
    error: Mapped[bool | None]
    """Whether the judge failed rather than the run."""
    start_time: Mapped[Microseconds | None]
    """The run's, where the client told it."""
    comparative_experiment_id: Mapped[UUID | None]
    feedback_group_id: Mapped[UUID | None]

    __table_args__ = (
        Index("ix_feedback_run", "run_id", "created_at"),
        Index("ix_feedback_trace", "trace_id"),
        Index("ix_feedback_created", "created_at", "id"),
    )
