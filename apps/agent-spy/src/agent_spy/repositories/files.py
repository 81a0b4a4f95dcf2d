"""Attachments as they are read: which there are, and one by one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from agent_spy.models import Attachment
from agent_spy.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class File:
    """What is known of an attachment without its bytes."""

    name: str
    content_type: str


class Files:
    """Reads attachments."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_runs(self, run_ids: Collection[UUID]) -> dict[UUID, list[File]]:
        """The attachments of these runs, by name."""
        found: dict[UUID, list[File]] = {}
        if not run_ids:
            return found
        query = (
            select(Attachment.run_id, Attachment.name, Attachment.content_type)
            .where(Attachment.run_id.in_(run_ids))
            .order_by(Attachment.run_id, Attachment.name)
        )
        rows = await self._reader.read(lambda c: c.execute(query).all())
        for run_id, name, content_type in rows:
            found.setdefault(run_id, []).append(File(name, content_type))
        return found

    async def read(self, run_id: UUID, name: str) -> tuple[str, bytes] | None:
        """The content type and the bytes of one attachment."""
        query = select(Attachment.content_type, Attachment.data).where(
            Attachment.run_id == run_id, Attachment.name == name
        )
        row = await self._reader.read(lambda c: c.execute(query).one_or_none())
        return None if row is None else (row[0], row[1])
