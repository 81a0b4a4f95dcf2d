"""Everything that is stored, as lines of JSON and back.

A line is `{"table": …, "row": {…}}`. Ids are UUIDs, bytes are base64, and a run's payloads are
texts: the JSON as it was sent, byte for byte. Runs come with their ranks, so that what is read
in joins with what is there, in any order and any number of times. Keys are not written out.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, LargeBinary, RowMapping, Select, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from agent_spy.models import Attachment, Echo, Feedback, Project, Run, Share
from agent_spy.models.base import Base, Id
from agent_spy.storage.database import Database
from agent_spy.storage.upsert import COLUMNS
from agent_spy.wire.change import RunChange

_AT_ONCE = 200
_TABLES: tuple[type[Base], ...] = (Project, Run, Echo, Feedback, Attachment, Share)
"""Projects first: what follows is put into the project of the same name."""


class Transfer:
    """Writes out and reads in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._projects: dict[UUID, UUID] = {}

    async def lines(self, project_id: UUID | None = None) -> AsyncIterator[bytes]:
        """Everything, or all of one project. What is written meanwhile may be in it or not."""
        for model in _TABLES:
            table: Any = model.__table__
            key = list(table.primary_key.columns)
            within = _within(model, project_id)
            after: tuple[Any, ...] | None = None
            while True:
                query = select(*_stored(table)).where(*within).order_by(*key).limit(_AT_ONCE)
                if after is not None:
                    query = query.where(tuple_(*key) > after)
                rows = await self._database.reader.read(partial(_found, query=query))
                for row in rows:
                    line = {"table": table.name, "row": _written(table, row)}
                    yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
                if len(rows) < _AT_ONCE:
                    break
                after = tuple(rows[-1][column.name] for column in key)

    async def read(self, lines: Iterable[bytes]) -> dict[str, int]:
        """Store what `lines` say; how many there were of each table.

        Raises:
            ValueError: a line is none that was written here; those before it are stored.
        """
        counts: dict[str, int] = {}
        rest: Iterator[tuple[int, bytes]] = enumerate(lines, 1)
        while some := list(islice(rest, _AT_ONCE)):
            runs: list[RunChange] = []
            others: list[tuple[Any, dict[str, Any]]] = []
            for number, line in some:
                table, row = _read(number, line)
                counts[table.name] = counts.get(table.name, 0) + 1
                if table.name == Project.__tablename__:
                    kept = await self._database.writer.do(partial(_keep_project, row=row))
                    self._projects[row["id"]] = kept
                    continue
                if row.get("project_id") is not None:
                    row["project_id"] = self._projects.get(row["project_id"], row["project_id"])
                if table.name == Run.__tablename__:
                    runs.append(_change(row))
                else:
                    others.append((table, row))
            if runs:
                await self._database.writer.write(runs)
            if others:
                await self._database.writer.do(partial(_insert, rows=others))
        return counts


def _stored(table: Table) -> list[Any]:
    return [column for column in table.columns if column.computed is None]


def _found(connection: Connection, query: Select[Any]) -> Sequence[RowMapping]:
    return connection.execute(query).mappings().all()


def _within(model: Any, project_id: UUID | None) -> list[Any]:
    if project_id is None:
        return []
    if model is Project:
        return [Project.id == project_id]
    if hasattr(model, "project_id"):
        return [model.project_id == project_id]
    return [model.run_id.in_(select(Run.id).where(Run.project_id == project_id))]


def _written(table: Table, row: Any) -> dict[str, Any]:
    return {
        column.name: base64.b64encode(row[column.name]).decode()
        if isinstance(column.type, LargeBinary) and row[column.name] is not None
        else row[column.name]
        for column in _stored(table)
        if row[column.name] is not None
    }


def _read(number: int, line: bytes) -> tuple[Any, dict[str, Any]]:
    tables: dict[str, Any] = {model.__tablename__: model.__table__ for model in _TABLES}
    try:
        found = orjson.loads(line)
        table = tables[found["table"]]
        row = {
            column.name: _value(column.type, found["row"].get(column.name))
            for column in _stored(table)
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"line {number} is none of an export: {error!r}") from None
    return table, row


def _value(type_: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(type_, Id):
        return UUID(value)
    return base64.b64decode(value) if isinstance(type_, LargeBinary) else value


def _change(row: dict[str, Any]) -> RunChange:
    values = (row[name].bytes if isinstance(row[name], UUID) else row[name] for name in COLUMNS)
    return RunChange(*values)


def _keep_project(connection: Connection, row: dict[str, Any]) -> UUID:
    """The id under which the project stands here: one of its name may be there already."""
    _insert(connection, [(Project.__table__, row)])
    by_name = select(Project.id).where(Project.name == row["name"])
    found: UUID = connection.execute(by_name).scalar_one()
    return found


def _insert(connection: Connection, rows: list[tuple[Any, dict[str, Any]]]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for table, row in rows:
        connection.execute(insert(table).values(**row).on_conflict_do_nothing())
