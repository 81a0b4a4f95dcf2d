"""A trace's runs one below the other, each with its place in the tree and in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from agent_spy.errors import UNAVAILABLE, NotFoundError
from agent_spy.models.base import now
from agent_spy.repositories.runs import AnyRow, Node, Runs
from agent_spy.repositories.spent import Spending, Spent
from agent_spy.services.tree import grow
from agent_spy.stopping import Stopping, paced
from agent_spy.storage.database import Database

_SECOND = 2


@dataclass(slots=True)
class Line:
    """One run. Places are counted from 0 in the order of the tree, levels and siblings from 1."""

    node: Node
    place: int
    level: int
    parent: int | None
    sibling: int = 1
    siblings: int = 1
    below: int = 0
    """How many runs hang below it, at any depth: they are the next ones."""
    orphan: bool = False
    """The run that it names as its parent is not here."""

    @property
    def id(self) -> UUID:
        """The run's id."""
        return UUID(bytes=self.node.id)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A trace. Times are microseconds since 1970."""

    trace_id: UUID
    lines: Sequence[Line]
    start: int
    end: int
    """When the last run ended, or the present while one is running."""
    rooted: bool
    """Whether the trace's own root is here."""

    @property
    def running(self) -> bool:
        """Whether any run has not ended."""
        return any(line.node.status == "running" for line in self.lines)

    @property
    def failed(self) -> int:
        """How many runs failed."""
        return sum(line.node.status == "failed" for line in self.lines)

    @property
    def state(self) -> str:
        """Changes when any line does: runs only ever come, end and go."""
        ended = sum(line.node.end_time or 0 for line in self.lines)
        return f"{len(self.lines)}-{ended:x}"

    def place_of(self, run_id: UUID | None) -> int | None:
        """Where a run stands."""
        wanted = run_id.bytes if run_id else None
        return next((line.place for line in self.lines if line.node.id == wanted), None)

    def at(self, places: Iterable[int]) -> list[Line]:
        """The lines at these places, as far as there are any."""
        return [self.lines[place] for place in places if place < len(self.lines)]

    def branches(self) -> list[tuple[int, int]]:
        """The places of the runs right below the root that have others below them, and how many."""
        return [
            (line.place, line.below) for line in self.lines if line.level == _SECOND and line.below
        ]

    def matching(self, text: str, *, anywhere: bool) -> list[int]:
        """The places of runs whose names begin with a text, or hold it anywhere, in any case."""
        wanted = text.casefold()
        names = ((line.place, (line.node.name or "").casefold()) for line in self.lines)
        if anywhere:
            return [place for place, name in names if wanted in name]
        return [place for place, name in names if name.startswith(wanted)]


class Timelines:
    """Reads traces; `only` keeps every answer within one project."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._runs = runs
        self._spending = Spending(database.reader)

    async def of(self, trace_id: UUID, *, only: bytes | None = None) -> Timeline:
        """A trace by its id, or by that of any of its runs.

        Raises:
            NotFoundError: there is none.
        """
        nodes = await self._runs.nodes(trace_id, only=only)
        if not nodes:
            run = await self._runs.get(trace_id, only=only)
            if run is None:
                raise NotFoundError("There is no such trace, or it was deleted")
            trace_id = run.trace_id or run.id
            nodes = await self._runs.nodes(trace_id, only=only) if run.trace_id else [_node(run)]
        # A large one takes a while: the others' requests go on meanwhile.
        return await asyncio.to_thread(lay_out, trace_id, nodes)

    async def changes(
        self, trace_id: UUID, stopping: Stopping, *, only: bytes | None = None
    ) -> AsyncIterator[Timeline]:
        """A trace each time that it has changed, the first time at once.

        It ends when the trace has ended or is gone, when the server stops, or after some minutes.
        """
        state = None
        async for _ in paced(stopping):
            try:
                found = await self.of(trace_id, only=only)
            except NotFoundError:
                return
            except UNAVAILABLE:
                continue
            if found.state != state:
                state = found.state
                yield found
            if not found.running:
                return

    async def spent(self, trace_id: UUID) -> Spent:
        """What the trace's models used."""
        return (await self._spending.of_traces([trace_id])).get(trace_id, Spent())


def lay_out(trace_id: UUID, nodes: Sequence[Node]) -> Timeline:
    """The lines of a trace; where its root is missing the first run stands for it."""
    ids: set[bytes | None] = {node.id for node in nodes}
    rooted = trace_id.bytes in ids
    top = trace_id.bytes if rooted else _first(nodes, ids).id
    tree = grow(nodes, top)
    assert tree is not None  # noqa: S101 - `top` is one of the nodes
    lines = _lines(tree.order)
    for line in lines:
        parent = line.node.parent_id
        line.orphan = parent is not None and parent not in ids
    starts = [node.start_time for node in nodes if node.start_time]
    ends = [node.end_time for node in nodes if node.end_time is not None]
    if any(node.status == "running" for node in nodes):
        ends.append(now())
    start = min(starts, default=0)
    return Timeline(trace_id, lines, start, max([start, *ends]), rooted)


def _first(nodes: Sequence[Node], ids: Collection[bytes | None]) -> Node:
    return next((node for node in nodes if node.parent_id not in ids), nodes[0])


def _lines(order: Sequence[tuple[Node, int]]) -> list[Line]:
    lines: list[Line] = []
    way: list[Line] = []  # from the root to the line before
    children: dict[int | None, list[Line]] = {}
    for place, (node, level) in enumerate(order):
        while way and way[-1].level >= level:
            _close(way, place)
        line = Line(node, place, level, way[-1].place if way else None)
        lines.append(line)
        way.append(line)
        children.setdefault(line.parent, []).append(line)
    while way:
        _close(way, len(lines))
    for siblings in children.values():
        for number, line in enumerate(siblings, 1):
            line.sibling, line.siblings = number, len(siblings)
    return lines


def _close(way: list[Line], place: int) -> None:
    line = way.pop()
    line.below = place - line.place - 1


def _node(run: AnyRow) -> Node:
    parent = run.parent_id.bytes if run.parent_id else None
    return Node(
        run.id.bytes, parent, run.name, run.run_type, run.status, run.start_time, run.end_time
    )
