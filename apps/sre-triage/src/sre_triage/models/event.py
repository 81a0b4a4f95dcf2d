"""What happened to an incident, one row a step. Rows are only ever added."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from sre_triage.models.base import Base, words


class EventKind(StrEnum):
    """What can happen to an incident."""

    CREATED = "created"
    TRIAGE_REQUESTED = "triage_requested"
    TRIAGE_STARTED = "triage_started"
    TRIAGE_POSTPONED = "triage_postponed"
    TRIAGE_FINISHED = "triage_finished"
    TRIAGE_FAILED = "triage_failed"
    UPDATED = "updated"
    LOG_UPLOADED = "log_uploaded"


class Event(Base):
    """One step; `data` says more of it, by kind."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_incident_id_id", "incident_id", "id"),)

    # SQLite counts by itself only in a column that is called INTEGER.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
