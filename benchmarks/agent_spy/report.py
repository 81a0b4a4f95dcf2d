"""The table, and the marks that Agent Spy is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from measure import Result, Times

_SQLITE, _POSTGRES = "Agent Spy, SQLite", "Agent Spy, PostgreSQL"
_MEMORY_MB = 150
_HEAD = ("", "runs/s", "of floor", "latest 50", "filtered", "1,000-node tree", "RSS")


@dataclass(frozen=True, slots=True)
class Row:
    """Medians over the rounds; times in milliseconds, memory in MB, the most of all rounds."""

    name: str
    rate: float
    share: float
    client: Times | None = None
    own: Times | None = None
    """The least of all rounds: whatever else a machine does only adds to them."""
    rss: float | None = None
    faults: tuple[str, ...] = ()

    @staticmethod
    def floor(name: str, rate: float) -> Row:
        """A floor has nothing but a rate."""
        return Row(name, rate, 1)

    @staticmethod
    def of(results: Sequence[Result], share: float) -> Row:
        """The rounds of one server."""
        own = [one.own for one in results if one.own]
        return Row(
            results[0].name,
            median(one.rate for one in results),
            share,
            _over([one.client for one in results], median),
            _over(own, min) if own else None,
            max(one.rss for one in results),
            tuple(dict.fromkeys(fault for one in results for fault in one.faults)),
        )


def table(rows: Sequence[Row]) -> str:
    """As text, in columns."""
    lines = [_HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def marks(rows: Sequence[Row]) -> str:
    """What is asked of Agent Spy, and whether this run met it."""
    by_name = {row.name: row for row in rows}
    found: list[tuple[str, str, bool]] = []
    for name, least in ((_SQLITE, 0.6), (_POSTGRES, 0.4)):
        if row := by_name.get(name):
            found.append(
                (f"{name}: of the floor >= {least:.0%}", f"{row.share:.0%}", row.share >= least)
            )
            found += _bounds(row)
    if _POSTGRES in by_name:
        one, two = (row for row in rows if row.name.startswith("…"))
        found.append(
            (
                "… growing with a second process",
                f"{two.share / one.share:.2f}",
                two.share > one.share,
            )
        )
    width = max((len(what) for what, _, _ in found), default=0)
    lines = (
        f"{'met   ' if met else 'MISSED'}  {what:<{width}}  {came}" for what, came, met in found
    )
    return "\n" + "\n".join(lines)


def _bounds(row: Row) -> list[tuple[str, str, bool]]:
    if row.own is None or row.rss is None:
        return []
    times = (
        ("latest 50", row.own.latest, 2),
        ("filtered", row.own.filtered, 2),
        ("1,000-node tree", row.own.tree, 6),
    )
    return [
        *(
            (f"{row.name}: {what} <= {most} ms", f"{took:.1f} ms", took <= most)
            for what, took, most in times
        ),
        (f"{row.name}: RSS < 150 MB", f"{row.rss:.0f} MB", row.rss < _MEMORY_MB),
    ]


def _over(times: Sequence[Times], pick: Callable[[Iterable[float]], float]) -> Times:
    return Times(
        pick(one.latest for one in times),
        pick(one.filtered for one in times),
        pick(one.tree for one in times),
    )


def _cells(row: Row) -> tuple[str, ...]:
    if row.client is None or row.rss is None:
        return (row.name, f"{row.rate:,.0f}", "", "", "", "", "")
    return (
        row.name,
        f"{row.rate:,.0f}",
        f"{row.share:.1%}",
        f"{row.client.latest:.1f} ms",
        f"{row.client.filtered:.1f} ms",
        f"{row.client.tree:,.1f} ms",
        f"{row.rss:,.0f} MB",
    )
