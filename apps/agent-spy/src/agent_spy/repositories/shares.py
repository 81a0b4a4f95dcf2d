"""Shares as they are read."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from agent_spy.models import Run, Share
from agent_spy.storage.reader import Reader


class Shares:
    """Finds tokens by run, and runs by token."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def tokens(self, run_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """The token of each of these runs that is shared."""
        query = select(Share.run_id, Share.token).where(Share.run_id.in_(run_ids))
        rows = await self._reader.read(lambda c: c.execute(query).all())
        return {run_id: token for run_id, token in rows}  # noqa: C416

    async def shared(self, token: UUID) -> tuple[UUID, UUID] | None:
        """The run that a token was made for, and its trace."""
        query = (
            select(Run.id, Run.trace_id)
            .join(Share, Share.run_id == Run.id)
            .where(Share.token == token)
        )
        row = await self._reader.read(lambda c: c.execute(query).one_or_none())
        return None if row is None else (row[0], row[1] or row[0])
