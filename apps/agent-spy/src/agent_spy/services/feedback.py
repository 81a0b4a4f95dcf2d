"""Feedback: stored, changed, listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from agent_spy.errors import NotFoundError
from agent_spy.models import Feedback, Run
from agent_spy.models.base import now
from agent_spy.repositories.feedback import FeedbackReader
from agent_spy.repositories.jsonpath import TextAt
from agent_spy.repositories.runs import AnyRow
from agent_spy.services.shape import fragment, iso, text
from agent_spy.storage.database import Database
from agent_spy.wire import feedback as wire
from agent_spy.wire import values


class FeedbackService:
    """`only` is the one project that the caller's key opens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read = FeedbackReader(database.reader)

    async def create(self, message: bytes, *, only: bytes | None = None) -> bytes:
        """Store a piece of feedback and give it as JSON; a repetition changes nothing.

        Raises:
            ValueError: it cannot be understood.
            NotFoundError: it is for a run of another project.
        """
        columns = wire.understand(message, now(), fallback=str(uuid4()))
        await self._store([columns], only)
        return await self.get(UUID(bytes=columns["id"]), only=only)

    async def take(
        self, parts: Sequence[tuple[str, bytes]], *, only: bytes | None = None
    ) -> list[dict[str, str]]:
        """Store the parts of a multipart body; what became of those that cannot be understood."""
        errors, understood = [], []
        for identity, data in parts:
            try:
                understood.append(wire.understand(data, now(), identity))
            except ValueError as error:
                errors.append({"id": identity, "error": str(error)})
        if understood:
            try:
                await self._store(understood, only)
            except NotFoundError as error:
                errors.append({"id": "", "error": str(error)})
        return errors

    async def _store(self, rows: list[dict[str, Any]], only: bytes | None) -> None:
        if not await self._database.writer.do(lambda c: _upsert(c, rows, only)):
            raise NotFoundError("Run not found")

    async def find(
        self,
        *,
        runs: Sequence[UUID] | None,
        keys: Sequence[str] | None,
        sources: Sequence[str] | None,
        sessions: Sequence[UUID] | None,
        limit: int,
        offset: int,
        only: bytes | None = None,
    ) -> bytes:
        """Feedback as JSON, the newest first."""
        wanted: list[ColumnElement[bool]] = []
        if runs is not None:
            wanted.append(Feedback.run_id.in_(runs))
        if keys is not None:
            wanted.append(Feedback.key.in_(keys))
        if sources is not None:
            # The Python SDK writes its enumeration's own name: `FeedbackSourceType.API`.
            kinds = [source.rpartition(".")[2].lower() for source in sources]
            wanted.append(TextAt(Feedback.feedback_source, "type").in_(kinds))
        if sessions is not None:
            wanted.append(Feedback.project_id.in_(sessions))
        rows = await self._read.find(wanted, limit=limit, offset=offset, only=only)
        return orjson.dumps([_shape(row) for row in rows])

    async def get(self, feedback_id: UUID, *, only: bytes | None = None) -> bytes:
        """One piece of feedback as JSON.

        Raises:
            NotFoundError: there is none.
        """
        rows = await self._read.find([Feedback.id == feedback_id], only=only)
        if not rows:
            raise NotFoundError("Feedback not found")
        return orjson.dumps(_shape(rows[0]))

    async def change(
        self, feedback_id: UUID, message: bytes, *, only: bytes | None = None
    ) -> bytes:
        """Change what the message tells, and give the whole as JSON."""
        columns = wire.change(message) | {"updated_at": now()}
        await self._do(update(Feedback).where(*_within(feedback_id, only)).values(**columns))
        return await self.get(feedback_id, only=only)

    async def delete(self, feedback_id: UUID, *, only: bytes | None = None) -> None:
        """Delete a piece of feedback.

        Raises:
            NotFoundError: there is none.
        """
        await self._do(delete(Feedback).where(*_within(feedback_id, only)))

    async def _do(self, statement: Any) -> None:
        if not await self._database.writer.do(lambda c: c.execute(statement).rowcount):
            raise NotFoundError("Feedback not found")


def _within(feedback_id: UUID, only: bytes | None) -> list[ColumnElement[bool]]:
    mine = [] if only is None else [Feedback.project_id == only]
    return [Feedback.id == feedback_id, *mine]


def _upsert(connection: Connection, rows: list[dict[str, Any]], only: bytes | None) -> bool:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    wanted = {row["run_id"] for row in rows if row["run_id"]}
    query = select(Run.id, Run.project_id, Run.trace_id).where(Run.id.in_(wanted))
    runs = {run_id.bytes: (project, trace) for run_id, project, trace in connection.execute(query)}
    for row in rows:
        project, trace = runs.get(row["run_id"], (None, None))
        if only is not None and project is not None and project.bytes != only:
            return False
        row["project_id"] = only or row["project_id"] or project
        row["trace_id"] = row["trace_id"] or trace
        statement = insert(Feedback).values(**row)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[Feedback.id],
                set_={name: statement.excluded[name] for name in row if name != "id"},
                # The later word wins, whichever comes first.
                where=and_(
                    statement.excluded.updated_at >= Feedback.updated_at,
                    true() if only is None else Feedback.project_id == only,
                ),
            )
        )
    return True


def _shape(row: AnyRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "created_at": values.iso(row.created_at),
        "modified_at": values.iso(row.updated_at),
        "run_id": text(row.run_id),
        "trace_id": text(row.trace_id),
        "key": row.key,
        "score": row.score,
        "value": fragment(row.value),
        "comment": row.comment,
        "correction": fragment(row.correction),
        "feedback_source": fragment(row.feedback_source),
        "session_id": text(row.project_id),
        "start_time": iso(row.start_time),
        "comparative_experiment_id": text(row.comparative_experiment_id),
        "feedback_group_id": text(row.feedback_group_id),
        "extra": fragment(row.extra),
        "error": row.error,
    }
