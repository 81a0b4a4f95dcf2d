"""A project, which the SDK calls a session: what runs are grouped by."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, Json, Microseconds, TimestampMixin


class Project(TimestampMixin, Base):
    """Made by the first run that names it, or by hand."""

    __tablename__ = "projects"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    extra: Mapped[Json | None]
    reference_dataset_id: Mapped[UUID | None]
    start_time: Mapped[Microseconds | None]
    end_time: Mapped[Microseconds | None]
