"""One reported incident and what triage made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sre_triage.models.base import Base, words


class Status(StrEnum):
    """How far an incident has come."""

    PENDING = "pending"
    TRIAGED = "triaged"
    TRIAGE_FAILED = "triage_failed"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How bad it is: `sev1` is an outage, `sev4` can wait."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class Category(StrEnum):
    """The part of the system that is at fault."""

    DATABASE = "database"
    NETWORK = "network"
    CAPACITY = "capacity"
    SECURITY = "security"
    DEPLOYMENT = "deployment"
    APPLICATION = "application"
    UNKNOWN = "unknown"


class Incident(Base):
    """An incident; the triage columns are empty until `status` leaves `pending`."""

    __tablename__ = "incidents"
    # The two orders in which incidents are listed.
    __table_args__ = (
        Index("ix_incidents_created_at_id", "created_at", "id"),
        Index("ix_incidents_status_created_at_id", "status", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(words(Status), default=Status.PENDING)
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    triaged_at: Mapped[datetime | None]
    severity: Mapped[Severity | None] = mapped_column(words(Severity))
    category: Mapped[Category | None] = mapped_column(words(Category))
    likely_cause: Mapped[str | None] = mapped_column(Text)
    suggested_action: Mapped[str | None] = mapped_column(Text)
    failure_reason: Mapped[str | None] = mapped_column(Text)
    assessed_by: Mapped[str | None] = mapped_column(String(200))
    """`rules`, the name of a model, or `person`."""

    triage_round: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often a triage was asked for; what an earlier round comes to is not stored."""
    triage_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often this round was begun, also by servers that died of it."""
    attempted_at: Mapped[datetime | None]

    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Goes up with every change; two changes of one version cannot both be stored."""
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it so
