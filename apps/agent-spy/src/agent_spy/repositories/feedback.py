"""Feedback as it is read: one by one, and summed up by key."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, select

from agent_spy.models import Feedback
from agent_spy.repositories.runs import AnyRow
from agent_spy.storage.reader import Reader

_COMMENTS = 5
"""How many comments a sum shows."""
Stats = dict[str, dict[str, Any]]
_SUMMED = (Feedback.key, Feedback.score, Feedback.value, Feedback.comment, Feedback.feedback_source,
           Feedback.error)  # fmt: skip


class FeedbackReader:
    """Reads feedback; `only` keeps every answer within one project."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def find(
        self,
        conditions: Iterable[ColumnElement[bool]],
        *,
        limit: int = 100,
        offset: int = 0,
        only: bytes | None = None,
    ) -> Sequence[AnyRow]:
        """Feedback that meets all conditions, the newest first."""
        query = select(Feedback.__table__).where(*conditions)
        if only is not None:
            query = query.where(Feedback.project_id == only)
        query = query.order_by(Feedback.created_at.desc(), Feedback.id).limit(limit).offset(offset)
        return await self._reader.read(lambda c: c.execute(query).all())

    async def of_runs(self, run_ids: Collection[UUID]) -> dict[UUID, Stats]:
        """The sum of each run's feedback, by key."""
        query = select(Feedback.run_id, *_SUMMED).where(Feedback.run_id.in_(run_ids))
        query = query.order_by(Feedback.created_at, Feedback.id)
        rows: dict[UUID, list[AnyRow]] = {}
        for row in await self._reader.read(lambda c: c.execute(query).all()):
            rows.setdefault(row.run_id, []).append(row)
        return {run_id: sum_up(found) for run_id, found in rows.items()}

    async def sums(self, *conditions: ColumnElement[bool]) -> Stats:
        """The sum of all feedback that meets the conditions, by key."""
        query = select(*_SUMMED).where(*conditions).order_by(Feedback.created_at, Feedback.id)
        return sum_up(await self._reader.read(lambda c: c.execute(query).all()))


def sum_up(rows: Sequence[AnyRow]) -> Stats:
    """Count and average feedback, by key."""
    keys: dict[str, list[AnyRow]] = {}
    for row in rows:
        keys.setdefault(row.key, []).append(row)
    return {key: _sum(found) for key, found in keys.items()}


def _sum(rows: Sequence[AnyRow]) -> dict[str, Any]:
    scores = [row.score for row in rows if row.score is not None]
    average = math.fsum(scores) / len(scores) if scores else None
    deviation = None
    if average is not None and len(scores) > 1:
        deviation = math.sqrt(math.fsum((s - average) ** 2 for s in scores) / (len(scores) - 1))
    labels: dict[str, int] = {}
    for row in rows:
        if row.value is not None:
            value = orjson.loads(row.value)
            label = value if isinstance(value, str) else row.value
            labels[label] = labels.get(label, 0) + 1
    return {
        "n": len(rows),
        "avg": average,
        "stdev": deviation,
        "min": min(scores, default=None),
        "max": max(scores, default=None),
        "values": labels,
        "comments": [row.comment for row in rows if row.comment][-_COMMENTS:],
        "sources": sorted({_source(row.feedback_source) for row in rows} - {""}),
        "errors": sum(bool(row.error) for row in rows),
        "contains_thread_feedback": False,
    }


def _source(stored: str | None) -> str:
    source = orjson.loads(stored) if stored else None
    kind = source.get("type") if isinstance(source, dict) else None
    return kind if isinstance(kind, str) else ""
