"""The first tables."""

from __future__ import annotations

from alembic import op

from agent_spy.models import Base

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table and index."""
    Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop them."""
    Base.metadata.drop_all(op.get_bind())
