"""What follows from runs, kept behind the writer: what changed, counts, and words to search."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import DDL, BigInteger, Index, Integer, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in a column of this type."""


class ChangedRuns(Base):
    """Runs that one commit wrote or deleted, and that the follower has not seen yet."""

    __tablename__ = "changed_runs"

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    run_ids: Mapped[bytes]
    """Their 16 bytes, one behind another: a row for a commit costs the writer nothing."""


class Followed(Base):
    """A run as it was counted, and the words that it is found by."""

    __tablename__ = "followed_runs"

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    run_id: Mapped[UUID] = mapped_column(unique=True)
    project_id: Mapped[UUID]
    is_root: Mapped[bool]
    status: Mapped[str]
    run_type: Mapped[str]
    minute: Mapped[int] = mapped_column(BigInteger)
    """Of its start, counted from 1970."""
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR, "postgresql"))

    __table_args__ = (
        Index("ix_followed_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )


class RunCount(Base):
    """How many runs are alike."""

    __tablename__ = "run_counts"

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_root: Mapped[bool] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    run_type: Mapped[str] = mapped_column(primary_key=True)
    runs: Mapped[int] = mapped_column(BigInteger)


class MinuteCount(Base):
    """How many runs of a project started in a minute."""

    __tablename__ = "minute_counts"

    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    runs: Mapped[int] = mapped_column(BigInteger)


# The index proper. It keeps no texts of its own, and no places of words: they are all of a run.
_WORDS: Any = DDL(  # type: ignore[no-untyped-call]
    "CREATE VIRTUAL TABLE IF NOT EXISTS run_words USING fts5(words, content='followed_runs',"
    " content_rowid='number', tokenize='ascii', detail=none)"
)
event.listen(Followed.__table__, "after_create", _WORDS.execute_if(dialect="sqlite"))
