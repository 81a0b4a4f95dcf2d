"""A key that lets a client in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, Microseconds, TimestampMixin


class ApiKey(TimestampMixin, Base):
    """Only the key's digest is kept; without a project it opens all of them."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    project_id: Mapped[UUID | None]
    expires_at: Mapped[Microseconds | None]
    last_used_at: Mapped[Microseconds | None]
