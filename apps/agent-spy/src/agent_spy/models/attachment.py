"""A file that a run carries."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base


class Attachment(Base):
    """Known by its run and its name."""

    __tablename__ = "attachments"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    data: Mapped[bytes]
