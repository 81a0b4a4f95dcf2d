"""Shares as they are read."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_spy.models import Run, Share


class Shares:
    """Finds tokens by run, and runs by token."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def tokens(self, run_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """The token of each of these runs that is shared."""
        query = select(Share.run_id, Share.token).where(Share.run_id.in_(run_ids))
        async with self._engine.connect() as connection:
            return {run_id: token for run_id, token in await connection.execute(query)}  # noqa: C416

    async def shared(self, token: UUID) -> tuple[UUID, UUID] | None:
        """The run that a token was made for, and its trace."""
        query = (
            select(Run.id, Run.trace_id)
            .join(Share, Share.run_id == Run.id)
            .where(Share.token == token)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else (row[0], row[1] or row[0])
