"""One round of one contender: sent, read back, asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson
import workload
from contenders import Contender
from process import Server

_REQUEST = 100
"""Runs of one request."""
_SETTLE_S = 900


@dataclass(frozen=True, slots=True)
class Load:
    """What everybody is sent."""

    traces: Sequence[workload.Trace]
    large: workload.Trace
    """Sent after the others, then read as a tree."""

    @property
    def runs(self) -> int:
        """Without the large trace."""
        return sum(len(trace.runs) for trace in self.traces)


@dataclass(frozen=True, slots=True)
class Times:
    """Medians in milliseconds."""

    latest: float
    filtered: float
    tree: float


@dataclass(frozen=True, slots=True)
class Result:
    """What one round came to."""

    name: str
    rate: float
    """Runs a second."""
    client: Times
    own: Times | None
    """By the server's log, where it tells."""
    rss: float
    """MB at the most, all its processes together."""
    faults: tuple[str, ...]
    """What was refused or is not there."""


def measure(contender: Contender, load: Load, folder: Path) -> Result:
    """Start a contender in an empty folder and put it through everything."""
    bodies = [contender.encode(trace.runs) for trace in load.traces]
    large = load.large.runs
    rest = [contender.encode(large[at : at + _REQUEST]) for at in range(0, len(large), _REQUEST)]
    with Server(contender.command, folder, contender.health, contender.environment) as server:
        contender.prepare(server)
        start = time.perf_counter()
        refused = server.send(contender.ingest, contender.headers, bodies, contender.connections)
        _settle(contender, server, folder, load.runs)
        seconds = time.perf_counter() - start
        refused += server.send(contender.ingest, contender.headers, rest, 1)
        wanted = load.runs + len(large)
        _settle(contender, server, folder, wanted)
        rss = server.peak_mb()
        stored = contender.stored(server, folder)
        asks = {
            "latest": contender.latest, "filtered": contender.filtered, "tree": contender.tree,
        }  # fmt: skip
        client = {name: ask.median_ms(server, load.large.id, name) for name, ask in asks.items()}
        log = server.log.read_text("utf-8", "replace")
    faults = [f"{len(refused)} requests refused, the first: {refused[0]}"] if refused else []
    if stored != wanted:
        faults.append(f"{stored} of {wanted} runs can be read")
    own = {name: found for name in asks if (found := _told(log, name)) is not None}
    return Result(
        contender.name,
        load.runs / seconds,
        Times(**client),
        Times(**own) if len(own) == len(asks) else None,
        rss,
        tuple(faults),
    )


def _settle(contender: Contender, server: Server, folder: Path, wanted: int) -> None:
    """Wait until what was acknowledged can be read, where that takes time."""
    end = time.monotonic() + _SETTLE_S
    while contender.settles and contender.stored(server, folder) < wanted:
        if time.monotonic() > end:
            return
        time.sleep(0.2)


def _told(log: str, request_id: str) -> float | None:
    """The median of what a server's log says of the requests with this id."""
    mark = f'"request_id": "{request_id}"'
    times = [orjson.loads(line)["duration_ms"] for line in log.splitlines() if mark in line]
    return median(times) if times else None
