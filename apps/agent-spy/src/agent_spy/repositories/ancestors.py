"""A run's place in its trace, by its ancestors, for runs that came without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from agent_spy.models import Run
from agent_spy.storage.reader import Reader
from agent_spy.wire import values

_WHAT = (Run.id, Run.parent_id, Run.trace_id, Run.start_time, Run.dotted_order)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands."""

    trace_id: UUID
    dotted_order: str

    @property
    def ancestors(self) -> list[UUID]:
        """The runs above it, the trace's root first."""
        steps = self.dotted_order.split(".")[:-1]
        return [UUID(bytes=values.run_id(step.partition("Z")[2])) for step in steps]


class Ancestors:
    """Follows parents upwards, in one query for any number of runs."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def places(self, rows: Iterable[Any]) -> dict[UUID, Place]:
        """The place of each row; those whose client told it cost nothing."""
        rows = list(rows)
        loose = [row.id for row in rows if row.parent_id is not None and not row.dotted_order]
        known = {row.id: row for row in rows}
        if loose:
            known |= {row.id: row for row in await self._upwards(loose)}
        found: dict[UUID, Place] = {}
        for row in rows:
            _settle(row.id, known, found)
        return found

    async def _upwards(self, ids: Sequence[UUID]) -> Sequence[Any]:
        up = select(*_WHAT).where(Run.id.in_(ids)).cte("up", recursive=True)
        above = select(*_WHAT).join(up, Run.id == up.c.parent_id)
        up = up.union(above.where(up.c.dotted_order.is_(None)))
        return await self._reader.read(lambda c: c.execute(select(up)).all())


def _settle(run_id: UUID, known: Mapping[UUID, Any], found: dict[UUID, Place]) -> None:
    """Find the place of a run and, on the way, of those above it."""
    way: list[Any] = []
    met = set()
    above: Place | None = None
    current: UUID | None = run_id
    while current is not None and current in known and current not in met:
        if current in found:
            above = found[current]
            break
        met.add(current)
        row = known[current]
        way.append(row)
        if row.dotted_order:
            break
        current = row.parent_id
    for row in reversed(way):
        step = f"{values.moment(row.start_time):%Y%m%dT%H%M%S%fZ}{row.id}"
        # A run whose parent is not here stands by itself: SDKs cannot hang it anywhere.
        order = row.dotted_order or (f"{above.dotted_order}.{step}" if above else step)
        trace = row.trace_id or (above.trace_id if above else row.parent_id or row.id)
        above = found[row.id] = Place(trace, order)
