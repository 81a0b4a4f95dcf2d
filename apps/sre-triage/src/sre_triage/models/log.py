"""Logs that were uploaded to an incident, as the bytes that came."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from sre_triage.models.base import Base


class Log(Base):
    """What is known of a log; its bytes are in `LogChunk`."""

    __tablename__ = "logs"
    __table_args__ = (Index("ix_logs_incident_id_created_at", "incident_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(16))
    """What its first bytes look like: `utf-8`, `utf-16-le`, `utf-16-be` or `binary`."""
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class LogChunk(Base):
    """A piece of a log, so that no request ever holds the whole in memory."""

    __tablename__ = "log_chunks"

    log_id: Mapped[UUID] = mapped_column(ForeignKey("logs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
