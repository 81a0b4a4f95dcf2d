"""A timeline, logs, rounds of triage, and versions against lost updates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ADDED = ("assessed_by", "triage_round", "triage_attempts", "attempted_at", "version")


def upgrade() -> None:
    """Add what an incident has gathered; those that are there begin at version 1."""
    op.add_column("incidents", sa.Column("assessed_by", sa.String(200)))
    for name, start in (("triage_round", "1"), ("triage_attempts", "0"), ("version", "1")):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default=start)
        op.add_column("incidents", column)
    op.add_column("incidents", sa.Column("attempted_at", sa.DateTime(timezone=True)))
    op.create_table(
        "events",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("incident_id", sa.Uuid(), sa.ForeignKey("incidents.id"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
    )
    op.create_index("ix_events_incident_id_id", "events", ["incident_id", "id"])
    op.create_table(
        "logs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("incident_id", sa.Uuid(), sa.ForeignKey("incidents.id"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("encoding", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_logs_incident_id_created_at", "logs", ["incident_id", "created_at"])
    op.create_table(
        "log_chunks",
        sa.Column("log_id", sa.Uuid(), sa.ForeignKey("logs.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    """Drop them again, with all that they hold."""
    for table in ("log_chunks", "logs", "events"):
        op.drop_table(table)
    for name in _ADDED:
        op.drop_column("incidents", name)
