"""What follows from runs: counts and words, and the log of what has yet to be followed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0004"
down_revision = "0003"

_ID = sa.LargeBinary(16)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = sa.Text().with_variant(TSVECTOR(), "postgresql")
_INDEXES = (
    (
        "ix_roots_project_status_start",
        ["project_id", "status", "start_time", "id"],
        "parent_id IS NULL",
    ),
    ("ix_failed_project_start", ["project_id", "start_time", "id"], "status = 'failed'"),
)
_AT_ONCE = 1_000


def upgrade() -> None:
    """Add them; every run that is stored counts as changed."""
    op.create_table(
        "changed_runs",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("run_ids", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "followed_runs",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("run_id", _ID, nullable=False, unique=True),
        sa.Column("project_id", _ID, nullable=False),
        sa.Column("is_root", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("run_type", sa.String(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("words", _WORDS, nullable=False),
    )
    op.create_table(
        "run_counts",
        sa.Column("project_id", _ID, primary_key=True),
        sa.Column("is_root", sa.Boolean(), primary_key=True),
        sa.Column("status", sa.String(), primary_key=True),
        sa.Column("run_type", sa.String(), primary_key=True),
        sa.Column("runs", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "minute_counts",
        sa.Column("minute", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("project_id", _ID, primary_key=True),
        sa.Column("runs", sa.BigInteger(), nullable=False),
    )
    for name, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "runs", columns, sqlite_where=where, postgresql_where=where)
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE run_words USING fts5(words, content='followed_runs',"
            " content_rowid='number', tokenize='ascii', detail=none)"
        )
    else:
        op.create_index("ix_followed_words", "followed_runs", ["words"], postgresql_using="gin")
    _log_all(connection)


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE run_words")
    for name, _, _ in _INDEXES:
        op.drop_index(name)
    for table in ("minute_counts", "run_counts", "followed_runs", "changed_runs"):
        op.drop_table(table)


def _log_all(connection: sa.Connection) -> None:
    runs, log = sa.table("runs", sa.column("id")), sa.table("changed_runs", sa.column("run_ids"))
    last = b""
    while True:
        some = sa.select(runs.c.id).where(runs.c.id > last).order_by(runs.c.id).limit(_AT_ONCE)
        ids = [bytes(row[0]) for row in connection.execute(some)]
        if not ids:
            return
        connection.execute(sa.insert(log).values(run_ids=b"".join(ids)))
        last = ids[-1]
