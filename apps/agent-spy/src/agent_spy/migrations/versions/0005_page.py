"""What the list of traces asks of the runs within each: usage, and failures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the indexes; each holds only the runs that matter."""
    for name, condition in (
        ("ix_runs_used", "usage IS NOT NULL"),
        ("ix_runs_failed", "status = 'failed'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "runs", ["trace_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_runs_failed")
    op.drop_index("ix_runs_used")
