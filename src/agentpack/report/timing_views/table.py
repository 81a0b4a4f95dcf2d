"""The endpoints of a run in a table for a terminal, as wide as that is."""

from __future__ import annotations

from collections.abc import Sequence

from agentpack.report.terminal import Style, fit, printable, table, width
from agentpack.report.timing_views import figures, verdicts
from agentpack.report.timing_views.figures import NONE, seconds
from agentpack.report.timing_views.gauge import BUDGET_AT, Gauge, gauge
from agentpack.timing.result import Endpoint, Run, Verdict

COLOURS: dict[Verdict, str] = {"failed": "red", "over": "red", "regressed": "yellow", "ok": "green"}
_BAR, _SHORT_BAR = 24, 12
_LEAST = 24
"""Columns for the endpoint's name, below which other columns give way."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_GIVING_WAY = ("p95", "first byte", "bar", "rate", "change")

Column = tuple[str, tuple[str, ...]]


def to_table(
    run: Run, style: Style, room: int = 100, *, baseline: Run | None = None, blocks: bool = True
) -> str:
    """A line for each endpoint, the worst first; empty for a run of none.

    `room` is the terminal's width, `blocks` whether it can show more than ASCII.
    """
    ordered = verdicts.by_gravity(run.endpoints)
    if not ordered:
        return ""
    names = [printable(verdicts.name(endpoint)) for endpoint in ordered]
    longest = max(map(width, names))
    columns = _columns(ordered, baseline, style, _BAR, blocks=blocks)
    # Two for the indent, two between columns.
    used = 2 + sum(2 + _wide(column) for column in columns)
    if used + min(longest, _LEAST) > room:
        columns = _columns(ordered, baseline, style, _SHORT_BAR, blocks=blocks)
        used = 2 + sum(2 + _wide(column) for column in columns)
    for name in _GIVING_WAY:
        if used + min(longest, _LEAST) <= room:
            break
        used -= sum(2 + _wide(column) for column in columns if column[0] == name)
        columns = [column for column in columns if column[0] != name]
    left = max(room - used, 8)
    shown = [fit(name, left) if blocks else _cut(name, left) for name in names]
    columns.insert(1, ("endpoint", tuple(shown)))
    head = ["" if name == "bar" else name for name, _ in columns]
    heads = [style.paint("dim", cell) for cell in _aligned(head, columns)]
    rows = zip(*(cells for _, cells in columns), strict=True)
    told = table([heads, *rows], style)
    return told if blocks else told.replace(NONE, "-").replace("µ", "u").replace("×", "x")


def _columns(
    endpoints: Sequence[Endpoint], baseline: Run | None, style: Style, cells: int, *, blocks: bool
) -> list[Column]:
    totals = [verdicts.measured(endpoint, endpoint.total) for endpoint in endpoints]
    firsts = [verdicts.measured(endpoint, endpoint.ttfb) for endpoint in endpoints]
    changes = [verdicts.change(e, verdicts.earlier(e, baseline)) for e in endpoints]
    rates = ["" if e.rate is None else figures.rate(e.rate) for e in endpoints]
    gauges = [gauge(endpoint) for endpoint in endpoints]
    painted = tuple(style.paint(COLOURS[e.verdict], e.verdict) for e in endpoints)
    bars = tuple(
        _bar(shown, cells, style, COLOURS[endpoint.verdict], blocks=blocks)
        for shown, endpoint in zip(gauges, endpoints, strict=True)
    )
    columns = [
        ("verdict", painted),
        ("first byte", _right("first byte", [seconds(s.median if s else None) for s in firsts])),
        ("total", _right("total", [seconds(s.median if s else None) for s in totals])),
        ("p95", _right("p95", [seconds(s.p95 if s else None) for s in totals])),
        ("change", _right("change", changes)),
        ("rate", _right("rate", rates)),
        ("bar", bars),
        ("budget", _right("budget", [shown.words for shown in gauges])),
    ]
    empty = {name for name, cells in (("change", changes), ("rate", rates)) if not any(cells)}
    return [column for column in columns if column[0] not in empty]


def _bar(shown: Gauge, cells: int, style: Style, colour: str, *, blocks: bool) -> str:
    """A bar of `cells` columns with a mark where the budget ends."""
    full, dash, mark, beyond = ("█", "╌", "│", "▶") if blocks else ("#", "-", "|", ">")
    length = shown.fill * cells
    whole = int(length)
    line = [full] * whole
    if shown.fill and whole < cells:
        # What took any time at all is seen.
        eighth = int((length - whole) * 8) or (1 if not whole else 0)
        line += [_EIGHTHS[eighth]] if blocks and eighth else []
        line += [full] if not blocks and not whole else []
    filled = len(line)
    line += [dash] * (round(shown.tail * cells) - filled)
    line += [" "] * (cells - len(line))
    line[round(cells * BUDGET_AT) - 1] = mark
    if shown.beyond:
        line[-1] = beyond
    return style.paint(colour, "".join(line[:filled])) + style.paint("dim", "".join(line[filled:]))


def _right(head: str, cells: Sequence[str]) -> tuple[str, ...]:
    wide = max(width(cell) for cell in (head, *cells))
    return tuple(" " * (wide - width(cell)) + cell for cell in cells)


def _aligned(heads: Sequence[str], columns: Sequence[Column]) -> list[str]:
    left = ("verdict", "endpoint", "bar", "")
    return [
        head if head in left else head.rjust(_wide(column))
        for head, column in zip(heads, columns, strict=True)
    ]


def _wide(column: Column) -> int:
    head = "" if column[0] == "bar" else column[0]
    return max(width(cell) for cell in (head, *column[1]))


def _cut(name: str, room: int) -> str:
    plain = ascii(name)[1:-1] if not name.isascii() else name
    return plain if len(plain) <= room else plain[: room - 3] + "..."
