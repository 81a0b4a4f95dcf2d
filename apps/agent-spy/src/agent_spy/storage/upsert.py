"""The statement that joins a run's change with its row, made from the table.

It is `agent_spy.wire.change.join` in SQL. The databases do the join, so that it holds between
processes too.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from agent_spy.models import Run
from agent_spy.wire.change import FIELDS, LANE, LANES

COLUMNS = ("id", "ranks", *FIELDS)
"""The columns in the order of a `RunChange`'s fields."""
_FULL = (1 << LANE) - 1


@cache
def insert(rows: int) -> str:
    """SQLite's statement for `rows` rows at once.

    One statement for many rows runs without Python's lock; a statement for each would fight for
    it with the event loop, row by row.
    """
    row = f"({', '.join('?' * len(COLUMNS))})"
    return (  # its names are the table's own
        f"INSERT INTO {Run.__tablename__} ({', '.join(COLUMNS)})"  # noqa: S608
        f" VALUES {', '.join([row] * rows)}{on_conflict('sqlite')}"
    )


@cache
def on_conflict(dialect: Literal["sqlite", "postgresql"]) -> str:
    """What happens to a row that is there already."""
    fields = ", ".join(f"{field} = {_winner(field, dialect)}" for field in FIELDS)
    return (
        f" ON CONFLICT (id) DO UPDATE SET ranks = runs.ranks | excluded.ranks, {fields}"
        f" WHERE excluded.ranks <> 0"
    )


def _winner(field: str, dialect: str) -> str:
    new = f"((excluded.ranks >> {LANES[field]}) & {_FULL})"
    old = f"((runs.ranks >> {LANES[field]}) & {_FULL})"
    text = Run.__table__.c[field].type.python_type is str
    # Any other order than that of the bytes depends on the server's locale.
    order = ' COLLATE "C"' if dialect == "postgresql" and text else ""
    return (
        f"CASE WHEN {new} > {old} OR ({new} = {old} AND excluded.{field}{order} > runs.{field})"
        f" THEN excluded.{field} ELSE runs.{field} END"
    )
