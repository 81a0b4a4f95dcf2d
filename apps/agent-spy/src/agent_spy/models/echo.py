"""A span that may tell of a run which LangSmith's SDK tells of as well."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, Microseconds, ProjectMixin


class Echo(ProjectMixin, Base):
    """What such a span has in common with its run; `run_id` is that run once it is known.

    A span whose run is known is no run of its own: it has no row in `runs`.
    """

    __tablename__ = "echoes"

    span_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The id of the run that the span would be by itself."""
    name: Mapped[str]
    run_type: Mapped[str]
    start_time: Mapped[Microseconds]
    run_id: Mapped[UUID | None] = mapped_column(unique=True)

    __table_args__ = (
        Index(
            "ix_echoes_waiting",
            "start_time",
            sqlite_where=text("run_id IS NULL"),
            postgresql_where=text("run_id IS NULL"),
        ),
        Index("ix_echoes_project", "project_id"),
    )
