"""Shares, the servers' secret, and what feedback and runs without a trace need."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect

from agent_spy.models import Base, Feedback, Run, Secret, Share

revision = "0002"
down_revision = "0001"

_COLUMNS = ("error", "start_time", "comparative_experiment_id", "feedback_group_id")
_INDEXES = ((Run, "ix_runs_loose"), (Feedback, "ix_feedback_created"))


def upgrade() -> None:
    """Add what is not there yet."""
    bind = op.get_bind()
    Base.metadata.create_all(bind, tables=[Share.__table__, Secret.__table__])  # type: ignore[list-item]
    there = {column["name"] for column in inspect(bind).get_columns("feedback")}
    for name in _COLUMNS:
        if name not in there:
            op.add_column("feedback", Feedback.__table__.c[name].copy())
    for model, name in _INDEXES:
        for index in model.__table__.indexes:  # type: ignore[attr-defined]
            if index.name == name:
                index.create(bind, checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for _, name in _INDEXES:
        op.drop_index(name)
    with op.batch_alter_table("feedback") as batch:
        for name in _COLUMNS:
            batch.drop_column(name)
    op.drop_table("secrets")
    op.drop_table("shares")
