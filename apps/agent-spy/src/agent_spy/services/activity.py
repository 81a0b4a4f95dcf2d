"""Statistics of a span of time, ready to be drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from agent_spy.models.base import now
from agent_spy.repositories.activity import Activity, Count, Span, Used
from agent_spy.repositories.spent import Spent
from agent_spy.services.projects import Projects
from agent_spy.storage.database import Database

_MINUTE = 60 * 1_000_000
_STEPS = [n * _MINUTE for n in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080)]
_PARTS = 60
"""The most parts that a span is cut into."""
_LONGEST = _PARTS * 1440 * _MINUTE * 365
Percentiles: TypeAlias = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a project, a type of run, or a model. Latencies are microseconds."""

    name: str
    runs: int
    failed: int | None = None
    latency: Percentiles | None = None
    spent: Spent | None = None

    @property
    def error_rate(self) -> float | None:
        """The share of runs that failed."""
        return self.failed / self.runs if self.failed is not None and self.runs else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything that happened in a span; lists have an entry for each of its parts."""

    start: int
    step: int
    parts: int
    traces: Row
    runs: Row
    traces_by_status: Mapping[str, Sequence[int]]
    runs_by_type: Mapping[str, Sequence[int]]
    error_rate: Sequence[float | None]
    latency: Sequence[Percentiles]
    tokens: Sequence[int]
    cost: Sequence[float]
    projects: Sequence[Row]
    types: Sequence[Row]
    models: Sequence[Row]


class ActivityReader:
    """Reads statistics; `only` keeps every answer within one project."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._read, self._projects = Activity(database.reader), projects

    async def of(
        self, since: int, until: int | None, project: str | None, *, only: bytes | None = None
    ) -> Statistics:
        """What happened from one moment to another, in microseconds since 1970."""
        found = await self._projects.find(name=project, limit=1000, only=only)
        names = {row.id: row.name for row in found}
        span = _span(since, until or now(), list(names))
        read = self._read
        traces = await read.counts(span, roots=True)
        runs = await read.counts(span, roots=False)
        used = await read.used(span)
        by_part = await read.latencies(span, "part", roots=True)
        by_project = await read.latencies(span, "project", roots=True)
        by_type = await read.latencies(span, "type", roots=False)
        over_all = await read.latencies(span, "all", roots=True)
        spent = _add(used)
        return Statistics(
            start=span.start,
            step=span.step,
            parts=span.parts,
            traces=_row("", traces, over_all.get(0), spent),
            runs=_row("", runs),
            traces_by_status=_series(span, traces, lambda count: count.status),
            runs_by_type=_series(span, runs, lambda count: count.kind or "chain"),
            error_rate=_error_rate(span, traces),
            latency=[by_part.get(part, {}) for part in range(span.parts)],
            tokens=[_add(u for u in used if u.part == part).tokens for part in range(span.parts)],
            cost=[
                _add(u for u in used if u.part == part).cost or 0.0 for part in range(span.parts)
            ],
            projects=[
                _row(names[key], group, by_project.get(key), _add(_of(used, key)))
                for key, group in _groups(traces, lambda count: count.project_id)
            ],
            types=[
                _row(key, group, by_type.get(key))
                for key, group in _groups(runs, lambda count: count.kind or "chain")
            ],
            models=_models(used),
        )


def _span(since: int, until: int, projects: list[UUID]) -> Span:
    length = min(max(until - since, _MINUTE), _LONGEST)
    step = next((step for step in _STEPS if step * _PARTS >= length), -(-length // _PARTS))
    start = since // step * step
    return Span(start, step, -(-(since + length - start) // step), projects)


def _row(
    name: str, counts: Iterable[Count], latency: Percentiles | None = None, spent: Any = None
) -> Row:
    counts = list(counts)
    failed = sum(count.runs for count in counts if count.status == "failed")
    return Row(name, sum(count.runs for count in counts), failed, latency, spent)


def _series(
    span: Span, counts: Iterable[Count], key: Callable[[Count], str]
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(lambda: [0] * span.parts)
    for count in counts:
        found[key(count)][count.part] += count.runs
    return dict(found)


def _error_rate(span: Span, counts: Sequence[Count]) -> list[float | None]:
    total, failed = Counter[int](), Counter[int]()
    for count in counts:
        total[count.part] += count.runs
        failed[count.part] += count.runs if count.status == "failed" else 0
    return [failed[part] / total[part] if total[part] else None for part in range(span.parts)]


def _groups(counts: Iterable[Count], key: Callable[[Count], Any]) -> list[tuple[Any, list[Count]]]:
    """Those of one key together, the most frequent first."""
    found: dict[Any, list[Count]] = defaultdict(list)
    for count in counts:
        found[key(count)].append(count)
    return sorted(found.items(), key=lambda item: -sum(count.runs for count in item[1]))


def _of(used: Iterable[Used], project: UUID) -> Iterable[Used]:
    return (one for one in used if one.project_id == project)


def _add(used: Iterable[Used]) -> Spent:
    tokens, costs = 0, []
    for one in used:
        tokens += one.tokens
        if one.cost is not None:
            costs.append(one.cost)
    return Spent(tokens, sum(costs) if costs else None)


def _models(used: Iterable[Used]) -> list[Row]:
    found: dict[str, list[Used]] = defaultdict(list)
    for one in used:
        found[one.model or "unknown"].append(one)
    rows = [
        Row(name, sum(u.calls for u in group), spent=_add(group)) for name, group in found.items()
    ]
    return sorted(rows, key=lambda row: -row.runs)
