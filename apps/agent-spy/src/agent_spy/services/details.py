"""Everything about one run: what is stored of it, its feedback, its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agent_spy.models import Feedback
from agent_spy.repositories.feedback import FeedbackReader
from agent_spy.repositories.runs import AnyRow
from agent_spy.services.files import Attachments
from agent_spy.services.runs import RunReader
from agent_spy.storage.database import Database

_MOST_FEEDBACK = 100


@dataclass(frozen=True, slots=True)
class Details:
    """A run as it is stored, with what belongs to it."""

    run: AnyRow
    feedback: Sequence[AnyRow]
    files: Mapping[str, Any]
    """`presigned_url` and `mime_type` of each attachment, by name."""


class RunDetails:
    """Reads single runs; `only` keeps every answer within one project."""

    def __init__(self, database: Database, runs: RunReader, attachments: Attachments) -> None:
        self._runs, self._attachments = runs, attachments
        self._feedback = FeedbackReader(database.reader)

    async def of(self, run_id: UUID, base: str, *, only: bytes | None = None) -> Details:
        """One run; `base` is the address of the API, for links to files.

        Raises:
            NotFoundError: there is none.
        """
        run = await self._runs.row(run_id, only=only)
        feedback = await self._feedback.find(
            [Feedback.run_id == run_id], limit=_MOST_FEEDBACK, only=only
        )
        files = (await self._attachments.links([run_id], base)).get(run_id, {})
        return Details(run, feedback, {k.removeprefix("attachment."): v for k, v in files.items()})
