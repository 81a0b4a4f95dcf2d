"""Incidents. What is written here stays: it says nothing of today's models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table and the two orders in which it is listed."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("triaged_at", sa.DateTime(timezone=True)),
        sa.Column("severity", sa.String(32)),
        sa.Column("category", sa.String(32)),
        sa.Column("likely_cause", sa.Text()),
        sa.Column("suggested_action", sa.Text()),
        sa.Column("failure_reason", sa.Text()),
    )
    op.create_index("ix_incidents_created_at_id", "incidents", ["created_at", "id"])
    op.create_index(
        "ix_incidents_status_created_at_id", "incidents", ["status", "created_at", "id"]
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("incidents")
