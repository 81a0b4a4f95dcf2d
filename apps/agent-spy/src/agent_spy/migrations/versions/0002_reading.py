"""Shares, the servers' secret, and what feedback and runs without a trace need."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"

_ID = sa.LargeBinary(16)
# 15 is the trace's lane in `ranks`, 7 a full one.
_LOOSE = "parent_id IS NOT NULL AND (((ranks >> 15) & 7) = 0 OR trace_id = id)"
_COLUMNS = ("error", "start_time", "comparative_experiment_id", "feedback_group_id")


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "shares",
        sa.Column("token", _ID, primary_key=True),
        sa.Column("run_id", _ID, nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
    )
    types: tuple[TypeEngine[Any], ...] = (sa.Boolean(), sa.BigInteger(), _ID, _ID)
    for name, type_ in zip(_COLUMNS, types, strict=True):
        op.add_column("feedback", sa.Column(name, type_))
    op.create_index("ix_feedback_created", "feedback", ["created_at", "id"])
    where = sa.text(_LOOSE)
    op.create_index(
        "ix_runs_loose", "runs", ["parent_id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_runs_loose")
    op.drop_index("ix_feedback_created")
    with op.batch_alter_table("feedback") as batch:
        for name in _COLUMNS:
            batch.drop_column(name)
    op.drop_table("secrets")
    op.drop_table("shares")
