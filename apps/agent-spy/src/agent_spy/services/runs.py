"""Reading runs as LangSmith's SDKs ask for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import orjson

from agent_spy.errors import NotFoundError
from agent_spy.models import Run
from agent_spy.repositories.ancestors import Ancestors
from agent_spy.repositories.feedback import FeedbackReader
from agent_spy.repositories.runs import AnyRow, Page, Runs
from agent_spy.repositories.search import asked_by
from agent_spy.services.files import Attachments
from agent_spy.services.follower import Follower
from agent_spy.services.query import (
    LARGEST_PAGE,
    Condition,
    Query,
    conditions,
    read_cursor,
    write_cursor,
)
from agent_spy.services.shape import Around, columns, langsmith
from agent_spy.storage.database import Database

_PAGE = 100


class RunReader:
    """Answers the SDK's questions. `base` is the address of the API, for links to files."""

    def __init__(
        self, database: Database, runs: Runs, attachments: Attachments, follower: Follower
    ) -> None:
        self._runs, self._attachments = runs, attachments
        self._follower = follower
        self._ancestors = Ancestors(database.reader)
        self._feedback = FeedbackReader(database.reader)

    async def get(self, run_id: UUID, base: str, *, only: bytes | None = None) -> bytes:
        """One run as JSON.

        Raises:
            NotFoundError: there is none.
        """
        row = await self.row(run_id, only=only)
        return orjson.dumps(langsmith(row, await self.around([row], None, base)))

    async def query(self, query: Query, base: str, *, only: bytes | None = None) -> bytes:
        """A page of runs as JSON, with the cursor of the next."""
        page = await self.page(
            conditions(query),
            limit=query.limit,
            cursor=query.cursor,
            select=query.select,
            ascending=query.order == "asc",
            only=only,
        )
        around = await self.around(page.rows, query.select, base)
        return orjson.dumps(
            {
                "runs": [langsmith(row, around, query.select) for row in page.rows],
                "cursors": {"next": write_cursor(page.next)},
            }
        )

    async def shared(
        self, trace_id: UUID, base: str, ids: Sequence[UUID] | None, cursor: str | None
    ) -> bytes:
        """The runs of a shared trace, or those of them that are named, the first first."""
        wanted: list[Condition] = [Run.trace_id == trace_id]
        if ids:
            wanted.append(Run.id.in_(ids))
        page = await self.page(wanted, limit=LARGEST_PAGE, cursor=cursor, ascending=True)
        around = await self.around(page.rows, None, base)
        runs = [langsmith(row, around) for row in page.rows]
        return orjson.dumps({"runs": runs, "cursors": {"next": write_cursor(page.next)}})

    async def within(self, trace_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
        """Those of `ids` that belong to a trace."""
        page = await self.page(
            [Run.trace_id == trace_id, Run.id.in_(ids)], limit=LARGEST_PAGE, select=["id"]
        )
        return [row.id for row in page.rows]

    async def row(self, run_id: UUID, *, only: bytes | None = None) -> AnyRow:
        """One run as it is stored.

        Raises:
            NotFoundError: there is none.
        """
        row = await self._runs.get(run_id, only=only)
        if row is None:
            raise NotFoundError("Run not found")
        return row

    async def page(
        self,
        wanted: Sequence[Condition],
        *,
        limit: int | None = None,
        cursor: str | None = None,
        select: Collection[str] | None = None,
        ascending: bool = False,
        only: bytes | None = None,
    ) -> Page:
        """A page of runs as they are stored."""
        if asked_by(wanted):
            await self._follower.catch_up()
        return await self._runs.page(
            wanted,
            limit=min(limit or _PAGE, LARGEST_PAGE),
            after=read_cursor(cursor),
            columns=columns(select),
            ascending=ascending,
            only=only,
        )

    async def around(
        self, rows: Sequence[AnyRow], select: Collection[str] | None, base: str
    ) -> Around:
        """What belongs to these runs but stands elsewhere, as far as `select` wants it."""
        ids = [row.id for row in rows]
        everything = not select
        selected = select or ()
        return Around(
            places=await self._ancestors.places(rows),
            feedback=await self._feedback.of_runs(ids)
            if everything or "feedback_stats" in selected
            else {},
            files=await self._attachments.links(ids, base)
            if everything or "s3_urls" in selected or "attachments" in selected
            else {},
        )
