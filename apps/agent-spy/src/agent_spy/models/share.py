"""A trace that anybody with its token may read."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base, TimestampMixin


class Share(TimestampMixin, Base):
    """Made for one run; it opens the run's whole trace, without a key."""

    __tablename__ = "shares"

    token: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(unique=True)
