"""The first tables. What is written here stays: it says nothing of today's models."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.LargeBinary(16)
_STATUS = (
    "CASE WHEN error IS NOT NULL AND error <> '\"\"' THEN 'failed'"
    " WHEN said_status IN ('error', 'failed') THEN 'failed'"
    " WHEN end_time IS NOT NULL THEN 'completed'"
    " WHEN said_status IN ('success', 'completed') THEN 'completed'"
    " ELSE 'running' END"
)


def upgrade() -> None:
    """Make every table and index."""
    op.create_table(
        "projects",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.Column("description", sa.String()),
        sa.Column("extra", sa.Text()),
        sa.Column("reference_dataset_id", _ID),
        sa.Column("start_time", sa.BigInteger()),
        sa.Column("end_time", sa.BigInteger()),
        *_stamps(),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("project_id", _ID),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("last_used_at", sa.BigInteger()),
        *_stamps(),
    )
    op.create_table(
        "attachments",
        sa.Column("run_id", _ID, primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    _feedback()
    _runs()


def downgrade() -> None:
    """Drop them."""
    for table in ("runs", "feedback", "attachments", "api_keys", "projects"):
        op.drop_table(table)


def _stamps() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("project_id", _ID),
        sa.Column("run_id", _ID),
        sa.Column("trace_id", _ID),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("value", sa.Text()),
        sa.Column("comment", sa.String()),
        sa.Column("correction", sa.Text()),
        sa.Column("feedback_source", sa.Text()),
        sa.Column("extra", sa.Text()),
        *_stamps(),
    )
    op.create_index("ix_feedback_run", "feedback", ["run_id", "created_at"])
    op.create_index("ix_feedback_trace", "feedback", ["trace_id"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("ranks", sa.BigInteger(), nullable=False),
        sa.Column("project_id", _ID),
        sa.Column("parent_id", _ID),
        sa.Column("trace_id", _ID),
        sa.Column("start_time", sa.BigInteger(), nullable=False),
        sa.Column("end_time", sa.BigInteger()),
        sa.Column("first_token_time", sa.BigInteger()),
        sa.Column("name", sa.String()),
        sa.Column("run_type", sa.String()),
        sa.Column("said_status", sa.String()),
        sa.Column("status", sa.String(9), sa.Computed(_STATUS, persisted=True), nullable=False),
        sa.Column("dotted_order", sa.String()),
        sa.Column("reference_example_id", _ID),
        sa.Column("usage", sa.Text()),
        sa.Column("tags", sa.Text()),
        # SQLite goes through large values to reach what stands behind them: they come last.
        sa.Column("error", sa.Text()),
        sa.Column("inputs", sa.Text()),
        sa.Column("outputs", sa.Text()),
        sa.Column("events", sa.Text()),
        sa.Column("extra", sa.Text()),
        sa.Column("serialized", sa.Text()),
    )
    op.create_index("ix_runs_trace", "runs", ["trace_id", "start_time"])
    op.create_index("ix_runs_project_start", "runs", ["project_id", "start_time", "id"])
    for name, columns in (
        ("ix_roots_start", ["start_time", "id"]),
        ("ix_roots_project_start", ["project_id", "start_time", "id"]),
        ("ix_roots_status_start", ["status", "start_time", "id"]),
    ):
        where = sa.text("parent_id IS NULL")
        op.create_index(name, "runs", columns, sqlite_where=where, postgresql_where=where)
