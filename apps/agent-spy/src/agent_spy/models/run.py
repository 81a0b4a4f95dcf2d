"""One run: a step of an agent, with its inputs and outputs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Computed, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, Json, Microseconds, ProjectMixin
from agent_spy.wire.change import FULL, LANES

# The document's rule asked for outputs as well, so that a run that ends without any ran for ever.
STATUS = (
    "CASE WHEN error IS NOT NULL AND error <> '\"\"' THEN 'failed'"
    " WHEN said_status IN ('error', 'failed') THEN 'failed'"
    " WHEN end_time IS NOT NULL THEN 'completed'"
    " WHEN said_status IN ('success', 'completed') THEN 'completed'"
    " ELSE 'running' END"
)
LOOSE = (
    f"parent_id IS NOT NULL AND (((ranks >> {LANES['trace_id']}) & {FULL}) = 0 OR trace_id = id)"
)
"""Runs below others whose trace no client named: it follows from their parent's."""


class Run(ProjectMixin, Base):
    """A run as the join of all that was said of it (`agent_spy.wire.change`).

    `status` is made of the other columns by the database, so that it is right whatever came first.
    """

    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ranks: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str | None]
    run_type: Mapped[str | None]
    start_time: Mapped[Microseconds]
    end_time: Mapped[Microseconds | None]
    parent_id: Mapped[UUID | None]
    trace_id: Mapped[UUID | None]
    dotted_order: Mapped[str | None]
    reference_example_id: Mapped[UUID | None]
    said_status: Mapped[str | None]
    first_token_time: Mapped[Microseconds | None]
    status: Mapped[str] = mapped_column(String(9), Computed(STATUS, persisted=True))
    error: Mapped[Json | None]
    tags: Mapped[Json | None]
    inputs: Mapped[Json | None]
    outputs: Mapped[Json | None]
    events: Mapped[Json | None]
    extra: Mapped[Json | None]
    serialized: Mapped[Json | None]
    usage: Mapped[Json | None]

    __table_args__ = (
        Index(
            "ix_runs_loose",
            "parent_id",
            sqlite_where=text(LOOSE),
            postgresql_where=text(LOOSE),
        ),
        Index("ix_runs_trace", "trace_id", "start_time"),
        # What a list of traces asks of the runs within each: few of them have it.
        Index(
            "ix_runs_used",
            "trace_id",
            sqlite_where=text("usage IS NOT NULL"),
            postgresql_where=text("usage IS NOT NULL"),
        ),
        Index(
            "ix_runs_failed",
            "trace_id",
            sqlite_where=text("status = 'failed'"),
            postgresql_where=text("status = 'failed'"),
        ),
        Index("ix_runs_project_start", "project_id", "start_time", "id"),
        Index(
            "ix_roots_start",
            "start_time",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "ix_roots_project_start",
            "project_id",
            "start_time",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "ix_roots_project_status_start",
            "project_id",
            "status",
            "start_time",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "ix_failed_project_start",
            "project_id",
            "start_time",
            "id",
            sqlite_where=text("status = 'failed'"),
            postgresql_where=text("status = 'failed'"),
        ),
        Index(
            "ix_roots_status_start",
            "status",
            "start_time",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
    )
