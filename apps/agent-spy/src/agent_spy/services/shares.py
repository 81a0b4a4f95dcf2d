"""Traces that anybody with their token may read."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from agent_spy.errors import ConflictError, NotFoundError
from agent_spy.models import Share
from agent_spy.models.base import now
from agent_spy.repositories.runs import Runs
from agent_spy.repositories.shares import Shares
from agent_spy.storage.database import Database


class Sharing:
    """Makes, finds and takes back tokens."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database, self._runs = database, runs
        self._shares = Shares(database.reader)

    async def share(
        self, run_id: UUID, token: UUID | None = None, *, only: bytes | None = None
    ) -> UUID:
        """The token of a run; one that is shared keeps the token that it has.

        Raises:
            NotFoundError: there is no such run.
            ConflictError: the token is another run's.
        """
        await self._known(run_id, only)
        wanted = token or uuid4()
        found: UUID | None = await self._database.writer.do(lambda c: _share(c, run_id, wanted))
        if found is None:
            raise ConflictError("This token is another run's")
        return found

    async def token(self, run_id: UUID, *, only: bytes | None = None) -> UUID | None:
        """The token of a run that is shared.

        Raises:
            NotFoundError: there is no such run.
        """
        await self._known(run_id, only)
        return (await self._shares.tokens([run_id])).get(run_id)

    async def tokens(self, run_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """The token of each of these runs that is shared."""
        return await self._shares.tokens(run_ids)

    async def take_back(self, run_id: UUID, *, only: bytes | None = None) -> None:
        """Make a run's token invalid; without any, nothing happens.

        Raises:
            NotFoundError: there is no such run.
        """
        await self._known(run_id, only)
        statement = delete(Share).where(Share.run_id == run_id)
        await self._database.writer.do(lambda c: c.execute(statement).rowcount)

    async def shared(self, token: UUID) -> tuple[UUID, UUID]:
        """The run that a token opens, and its trace.

        Raises:
            NotFoundError: the token opens nothing.
        """
        found = await self._shares.shared(token)
        if found is None:
            raise NotFoundError("Nothing is shared by this token")
        return found

    async def _known(self, run_id: UUID, only: bytes | None) -> None:
        if not await self._runs.existing([run_id], only=only):
            raise NotFoundError("Run not found")


def _share(connection: Connection, run_id: UUID, token: UUID) -> UUID | None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    moment = now()
    statement = insert(Share).values(
        token=token, run_id=run_id, created_at=moment, updated_at=moment
    )
    connection.execute(statement.on_conflict_do_nothing())
    return connection.execute(
        select(Share.token).where(Share.run_id == run_id)
    ).scalar_one_or_none()
