"""Spans that may tell of a run which comes as well, from LangSmith's SDK in hybrid mode."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.LargeBinary(16)


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "echoes",
        sa.Column("span_id", _ID, primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("run_type", sa.String(), nullable=False),
        sa.Column("start_time", sa.BigInteger(), nullable=False),
        sa.Column("run_id", _ID, unique=True),
        sa.Column("project_id", _ID),
    )
    waiting = sa.text("run_id IS NULL")
    op.create_index(
        "ix_echoes_waiting",
        "echoes",
        ["start_time"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_echoes_project", "echoes", ["project_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("echoes")
