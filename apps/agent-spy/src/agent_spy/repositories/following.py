"""What follows from changed runs: read, and brought up to date in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from agent_spy.models import ChangedRuns, Followed, MinuteCount, Run, RunCount
from agent_spy.wire import words

NO_PROJECT = UUID(int=0)
_ID_BYTES = 16
_ROWS = 50
"""Commits that are looked at together."""
_IN_ONE_STATEMENT = 500
_MINUTE = 60_000_000
_RUN = (
    Run.id, Run.project_id, Run.parent_id, Run.status, Run.run_type, Run.start_time, Run.name,
    # No more than is looked at: a slice of large runs would not fit in memory.
    *(func.substr(column, 1, words.LONGEST_TEXT).label(column.key)
      for column in (Run.tags, Run.error, Run.inputs, Run.outputs)),
)  # fmt: skip
_FACTS = ("project_id", "is_root", "status", "run_type")
_FORGET_WORDS = text(
    "INSERT INTO run_words (run_words, rowid, words) VALUES ('delete', :number, :words)"
)
_KEEP_WORDS = text("INSERT INTO run_words (rowid, words) VALUES (:number, :words)")


@dataclass(slots=True)
class Slice:
    """Changed runs that are followed together, and what their log says once they are."""

    runs: set[UUID] = field(default_factory=set)
    done: list[int] = field(default_factory=list)
    rest: tuple[int, bytes] | None = None


def log(connection: Connection, ids: Sequence[UUID]) -> None:
    """Note that these runs were changed or deleted, in the transaction that does it."""
    if ids:
        together = b"".join(one.bytes for one in ids)
        connection.execute(insert(ChangedRuns).values(run_ids=together))


def newest(connection: Connection) -> int:
    """The number of the last commit that is noted; 0 if all are followed."""
    return connection.scalar(select(func.max(ChangedRuns.id))) or 0


def next_slice(connection: Connection, longest: int) -> Slice:
    """The runs that changed first, `longest` at most."""
    found = Slice()
    log = select(ChangedRuns.id, ChangedRuns.run_ids).order_by(ChangedRuns.id).limit(_ROWS)
    taken = 0
    for row in connection.execute(log):
        ids, rest = _cut(row.run_ids, longest - taken)
        found.runs.update(ids)
        taken += len(ids)
        if rest:
            found.rest = row.id, rest
        else:
            found.done.append(row.id)
        if taken >= longest:
            break
    return found


def _cut(logged: bytes, most: int) -> tuple[list[UUID], bytes]:
    end = min(len(logged), most * _ID_BYTES)
    ids = [UUID(bytes=logged[at : at + _ID_BYTES]) for at in range(0, end, _ID_BYTES)]
    return ids, logged[end:]


def runs(connection: Connection, ids: Iterable[UUID]) -> list[Any]:
    """What is stored of these runs now, as far as it is followed."""
    return list(_each(connection, select(*_RUN), Run.id, ids))


def followed(row: Any) -> dict[str, Any]:
    """A run as it is counted and found."""
    is_root = row.parent_id is None
    return {
        "run_id": row.id,
        "project_id": row.project_id or NO_PROJECT,
        "is_root": is_root,
        "status": row.status,
        "run_type": row.run_type or "",
        "minute": row.start_time // _MINUTE,
        "words": words.of_run(
            row.name, (row.inputs, row.outputs, row.error, row.tags), is_root=is_root
        ),
    }


def apply(connection: Connection, part: Slice, fresh: Sequence[Mapping[str, Any]]) -> None:
    """Count and index `fresh` in the place of what was known of the slice's runs."""
    columns = Followed.__table__.c
    plain = [column for column in columns if column.key != "words"]
    known = {
        row.run_id: row for row in _each(connection, select(*plain), columns.run_id, part.runs)
    }
    _count(connection, known.values(), fresh)
    last = connection.scalar(select(func.max(columns.number))) or 0
    rows = []
    for number, run in enumerate(fresh, last + 1):
        before = known.get(run["run_id"])
        rows.append(dict(run) | {"number": before.number if before else number})
    _forget(connection, [row.number for row in known.values()])
    _keep(connection, rows)
    connection.execute(delete(ChangedRuns).where(ChangedRuns.id.in_(part.done)))
    if part.rest:
        row_id, rest = part.rest
        log = update(ChangedRuns).where(ChangedRuns.id == row_id).values(run_ids=rest)
        connection.execute(log)


def _count(
    connection: Connection, before: Iterable[Any], after: Iterable[Mapping[str, Any]]
) -> None:
    alike: Counter[tuple[Any, ...]] = Counter()
    minutes: Counter[tuple[Any, ...]] = Counter()
    for row in before:
        alike[tuple(getattr(row, name) for name in _FACTS)] -= 1
        minutes[row.minute, row.project_id] -= 1
    for run in after:
        alike[tuple(run[name] for name in _FACTS)] += 1
        minutes[run["minute"], run["project_id"]] += 1
    _add(connection, RunCount, _FACTS, alike)
    _add(connection, MinuteCount, ("minute", "project_id"), minutes)


def _add(
    connection: Connection, table: Any, names: Sequence[str], numbers: Counter[tuple[Any, ...]]
) -> None:
    rows = [
        dict(zip(names, key, strict=True)) | {"runs": number}
        for key, number in numbers.items()
        if number
    ]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    columns = [table.__table__.c[name] for name in names]
    more = {"runs": table.runs + statement.excluded.runs}
    connection.execute(statement.on_conflict_do_update(index_elements=columns, set_=more), rows)
    keys = [tuple(row[name] for name in names) for row in rows if row["runs"] < 0]
    if keys:
        none = delete(table).where(table.runs <= 0)
        for at in range(0, len(keys), _IN_ONE_STATEMENT):
            among = tuple_(*columns).in_(keys[at : at + _IN_ONE_STATEMENT])
            connection.execute(none.where(among))


def _forget(connection: Connection, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    if connection.dialect.name == "sqlite":
        old = select(Followed.number, Followed.words)
        rows = [dict(row._mapping) for row in _each(connection, old, Followed.number, numbers)]  # noqa: SLF001 - public
        connection.execute(_FORGET_WORDS, rows)
    for at in range(0, len(numbers), _IN_ONE_STATEMENT):
        among = Followed.number.in_(numbers[at : at + _IN_ONE_STATEMENT])
        connection.execute(delete(Followed).where(among))


def _keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(Followed), rows)
        connection.execute(_KEEP_WORDS, rows)
        return
    vector = func.array_to_tsvector(func.string_to_array(bindparam("words"), " "))
    statement = insert(Followed).values(
        {name: bindparam(name) for name in rows[0]} | {"words": vector}
    )
    connection.execute(statement, rows)


def _each(
    connection: Connection, query: Select[*tuple[Any, ...]], column: Any, keys: Iterable[Any]
) -> Any:
    wanted = sorted(keys)
    for at in range(0, len(wanted), _IN_ONE_STATEMENT):
        yield from connection.execute(query.where(column.in_(wanted[at : at + _IN_ONE_STATEMENT])))
