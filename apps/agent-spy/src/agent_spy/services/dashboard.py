"""What the dashboard shows: roots, a trace's tree, statistics."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from agent_spy.errors import NotFoundError
from agent_spy.models.base import now
from agent_spy.repositories.roots import Root, RootFilter, Roots
from agent_spy.repositories.runs import Runs
from agent_spy.repositories.statistics import Statistics
from agent_spy.services.follower import Follower
from agent_spy.services.node import opened
from agent_spy.services.query import read_cursor, write_cursor
from agent_spy.services.shape import iso
from agent_spy.services.tree import grow, write

_RECENT_PROJECTS = 10


class Dashboard:
    """Answers as JSON."""

    def __init__(
        self, roots: Roots, runs: Runs, statistics: Statistics, follower: Follower
    ) -> None:
        self._roots, self._runs, self._statistics = roots, runs, statistics
        self._follower = follower

    async def roots(
        self, wanted: RootFilter, *, limit: int = 50, offset: int = 0, cursor: str | None = None
    ) -> bytes:
        """Traces, newest first.

        Args:
            wanted: which.
            limit: how many at most.
            offset: how many are left out before them; they are counted out.
            cursor: where the last page ended: as fast on every page.

        Raises:
            ValueError: the cursor is none of this server's, or the search too long.
        """
        if wanted.search:
            await self._follower.catch_up()
        after = read_cursor(cursor)
        page = await self._roots.page(wanted, limit=limit, offset=offset, after=after)
        total, exact = page.total, page.total < self._roots.counted
        if not exact:
            total, exact = await self._many(wanted, offset + len(page.roots) + page.more)
        last = page.roots[-1].node if page.more else None
        rest = {
            "total": total,
            "total_is_exact": exact,
            "limit": limit,
            "offset": offset,
            "has_more": page.more,
            "next_cursor": write_cursor(last and (last.start_time, UUID(bytes=last.id))),
        }
        runs = ",".join(map(_written, page.roots))
        return b'{"runs":[%s],%s' % (runs.encode(), orjson.dumps(rest)[1:])

    async def _many(self, wanted: RootFilter, seen: int) -> tuple[int, bool]:
        """How many traces there are, where there are too many to count, and whether that is exact.

        By project and status they are counted as they come. Of other filters it is said how many
        there are at least: to count them would take the longer, the more there are.
        """
        least = max(self._roots.counted, seen)
        if wanted.search or wanted.since is not None or wanted.until is not None:
            return least, False
        behind_by = await self._follower.catch_up()
        kept = await self._statistics.traces(
            project=wanted.project, status=wanted.status, only=wanted.only
        )
        return max(least, kept), not behind_by

    async def hierarchy(self, run_id: UUID, *, only: bytes | None = None) -> bytes:
        """The tree below a run.

        Raises:
            NotFoundError: there is no such run.
        """
        nodes = await self._runs.node_rows(run_id, only=only)
        if not nodes:
            # Not a trace's id: a run inside of one.
            run = await self._runs.get(run_id, only=only)
            if run and run.trace_id:
                nodes = await self._runs.node_rows(run.trace_id, only=only)
        tree = grow(nodes, run_id.bytes)
        if tree is None:
            raise NotFoundError("Run not found")
        return b'{"root_run_id":"%s","hierarchy":%s,"total_runs":%d,"max_depth":%d}' % (
            str(run_id).encode(),
            write(tree, opened),
            len(tree.order),
            tree.depth,
        )

    async def summary(self, *, only: bytes | None = None) -> dict[str, Any]:
        """Counts, and the projects that were active last."""
        behind_by = await self._follower.catch_up()
        found = await self._statistics.summary(now(), only=only)
        return {
            "stats": {
                "total_runs": found.status.total(),
                "total_traces": found.traces,
                "recent_runs_24h": found.recent,
                "status_distribution": found.status,
                "run_type_distribution": found.run_type,
                "project_distribution": {one.name: one.runs for one in found.projects},
            },
            "recent_projects": [
                {
                    "name": one.name,
                    "total_runs": one.runs,
                    "total_traces": one.traces,
                    "last_activity": iso(one.last),
                }
                for one in found.projects[:_RECENT_PROJECTS]
            ],
            "uncounted_runs": behind_by,
        }


def _written(root: Root) -> str:
    return (
        f'{opened(root.node)},"inputs":{root.inputs or "null"},"outputs":{root.outputs or "null"},'
        f'"project_name":{orjson.dumps(root.project).decode()}}}'
    )
