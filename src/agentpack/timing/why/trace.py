"""What was seen of one request from within the server, and from the client's side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentpack.timing.sample import Sample
from agentpack.timing.why.stretch import Stretches, seconds, union, without


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the project's code."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the request: `dependencies`, `dependency`, `endpoint`, `serialization`.

    All times here and below are of the machine's monotonic clock, in seconds.
    """

    name: str
    start: float
    end: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A statement that was sent to a database."""

    start: float
    end: float
    text: str
    shape: str
    """The statement without its values."""
    batch: bool
    """Whether it asks for many rows by a list of keys."""
    place: Place | None
    cpu_s: float | None
    """What its driver computed meanwhile; `None` where that is not known."""
    plan: str | None
    """How it reads its tables, where it was slow and the database is SQLite."""
    read_s: float = 0.0
    """How long its answer was read after that."""


@dataclass(frozen=True, slots=True)
class Call:
    """An outgoing HTTP request."""

    start: float
    end: float
    method: str
    """Empty where only the body of an earlier call is read."""
    host: str
    path: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for something that others have: `pool`, `connect`, `threadpool` or `lock`."""

    kind: str
    start: float
    end: float
    place: Place | None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in which every look at the stack saw the same."""

    mode: str
    """`loop` (on the event loop's thread), `thread` (in another), `await` (suspended)."""
    part: str
    owner: Place | None
    """The outermost function of the project in this part."""
    place: Place | None
    """The project's line that was reached."""
    callee: str
    """What that line called, as `module:function`; empty where it is no Python."""
    leaf: str
    waits: str
    """`lock`, `event`, `thread`, `queue`, `program`, or empty."""
    imports: bool
    start: float
    end: float
    wall_s: float
    cpu_s: float
    exact: bool = False
    """Whether it was timed from within: one call into C, of which looks may tell a wrong line."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the body: when it was handed to the server, and when that took it."""

    start: float
    end: float
    size: int


@dataclass(frozen=True, slots=True)
class Trace:
    """One request, from within."""

    id: str
    path: str
    start: float
    """When the application was called."""
    began: float
    """When it began to answer; 0 if it has not."""
    answered: float
    """When the last of the body was sent; 0 if it was not."""
    end: float
    """When the application was done; 0 if it is not."""
    status: int
    size: int
    endpoint: Place | None = None
    threaded: bool = False
    """Whether the endpoint is a `def`, which runs in a thread."""
    parts: tuple[Part, ...] = ()
    queries: tuple[Query, ...] = ()
    calls: tuple[Call, ...] = ()
    waits: tuple[Wait, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    runs: tuple[Run, ...] = ()
    lost: Stretches = ()
    """When its thread wanted a processor and had none, as far as that is known."""
    done: bool = True


@dataclass(frozen=True, slots=True)
class Stuck:
    """A stretch in which the event loop did not answer, and what its thread ran."""

    start: float
    end: float
    runs: tuple[Run, ...]
    lost: Stretches = ()
    """When it wanted a processor and had none."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One request from both sides."""

    sent: float
    """When the client began."""
    sample: Sample
    trace: Trace | None
    stuck: tuple[Stuck, ...] = ()
    """When the loop was stuck meanwhile, for whatever reason."""
    behind: tuple[Part, ...] = field(default=())
    """The background tasks of earlier requests that ran meanwhile."""

    @property
    def start(self) -> float:
        """When the request was sent, its connection made."""
        return self.sent + self.sample.request_s

    @property
    def end(self) -> float:
        """When the client had the whole answer."""
        return self.sent + self.sample.total_s

    @property
    def lost(self) -> Stretches:
        """When the server waited for a processor: that is the machine's doing, no code's."""
        own = self.trace.lost if self.trace else ()
        return union([*own, *(lost for stuck in self.stuck for lost in stuck.lost)])

    @property
    def own(self) -> Stretches:
        """When the client waited for the server, and not that for a processor."""
        return without(((self.start, self.end),), self.lost)

    @property
    def seconds(self) -> float:
        """What the server took of its own, for the client."""
        return max(seconds(self.own), 1e-9)


def _place(values: Sequence[Any] | None) -> Place | None:
    if not values or values[0] is None:
        return None
    return Place(str(values[0]), int(values[1]), str(values[2]))


def _run(row: Sequence[Any]) -> Run:
    mode, part, owner, place, *rest = row
    return Run(mode, part, _place(owner), _place(place), *rest)


def _query(row: Sequence[Any]) -> Query:
    start, end, text, shape, batch = row[:5]
    cpu, plan, read = row[8:11]
    place = _place(row[5:8])
    return Query(start, end, text, shape, batch, place, None if cpu < 0 else cpu, plan, read)


def _call(row: Sequence[Any]) -> Call:
    start, end, method, host, path = row[:5]
    return Call(start, end, method, host, path, _place(row[5:8]))


def _lost(record: Mapping[str, Any]) -> Stretches:
    return union((start, end) for start, end in record["lost"])


def trace_of(record: Mapping[str, Any]) -> Trace:
    """A request, as the application's process told it."""
    return Trace(
        id=record["id"],
        path=record["path"],
        start=record["start"],
        began=record["began"],
        answered=record["answered"],
        end=record["end"],
        status=record["status"],
        size=record["size"],
        endpoint=_place(record["endpoint"]),
        threaded=record["threaded"],
        parts=tuple(Part(row[0], row[1], row[2], _place(row[3:6])) for row in record["spans"]),
        queries=tuple(map(_query, record["sql"])),
        calls=tuple(map(_call, record["http"])),
        waits=tuple(Wait(row[0], row[1], row[2], _place(row[3:6])) for row in record["waits"]),
        chunks=tuple(Chunk(*row) for row in record["chunks"]),
        runs=tuple(map(_run, record["runs"])),
        lost=_lost(record),
        done=record["done"],
    )


def stuck_of(record: Mapping[str, Any]) -> Stuck:
    """A stretch of the stuck loop, as the application's process told it."""
    runs = tuple(map(_run, record["runs"]))
    return Stuck(record["start"], record["end"], runs, _lost(record))
