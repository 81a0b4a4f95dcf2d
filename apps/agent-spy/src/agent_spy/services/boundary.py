"""The boundary of a project: what a project's key writes stays within."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from agent_spy.models import Run
from agent_spy.storage.database import Database
from agent_spy.wire.change import RunChange

_AT_ONCE = 500
"""Ids of one statement."""


class Boundary:
    """Finds runs that belong to others.

    A run is taken only if neither itself nor its parent or trace is another project's: so no
    trace reaches over the boundary, and what is read by trace stays within as well.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def foreign(self, ids: Collection[bytes], only: bytes) -> set[bytes]:
        """Those of `ids` that are runs of another project than `only`."""
        wanted = list(set(ids))
        queries = [
            select(Run.id).where(
                Run.id.in_(wanted[start : start + _AT_ONCE]), Run.project_id != only
            )
            for start in range(0, len(wanted), _AT_ONCE)
        ]
        return await self._database.reader.read(
            lambda c: {one.bytes for query in queries for one in c.execute(query).scalars()}
        )


def touched(change: RunChange) -> set[bytes]:
    """The runs that a change speaks of."""
    return {run for run in (change.id, change.parent_id, change.trace_id) if run}
