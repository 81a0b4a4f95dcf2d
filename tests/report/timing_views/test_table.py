"""The table in a terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agentpack.report.terminal import Style, width
from agentpack.report.timing_views.figures import of_budget, seconds
from agentpack.report.timing_views.table import to_table
from agentpack.timing.result import Run, Spread

PLAIN, PAINTED = Style(coloured=False), Style(coloured=True)


def test_a_line_for_each(mixed: Run, before: Run) -> None:
    """Each endpoint has a line with its times and its part of the budget, the worst first."""
    head, *lines = to_table(mixed, PLAIN, 120, baseline=before).splitlines()
    assert head.split() == [
        "verdict",
        "endpoint",
        "first",
        "byte",
        "total",
        "p95",
        "change",
        "budget",
    ]
    assert [line.split()[0] for line in lines] == ["failed", "over", "regressed", "ok"]
    slow = mixed.endpoints[1]
    times = [seconds(time) for time in (slow.ttfb.median, slow.total.median, slow.total.p95)]
    said = [*times, r"\+6 %", "█+│█+▶", of_budget(slow.total.median / 2)]
    assert re.search(" +".join(["GET /reports", *said]), lines[1])


@pytest.mark.parametrize("room", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("style", [PLAIN, PAINTED])
@pytest.mark.parametrize("blocks", [True, False])
def test_fits_its_room(mixed: Run, extreme: Run, room: int, style: Style, *, blocks: bool) -> None:
    """No line is wider than the terminal; verdict, name, total and budget are always there."""
    for run in (mixed, extreme):
        lines = to_table(run, style, room, blocks=blocks).splitlines()
        assert len(lines) == len(run.endpoints) + 1
        assert max(map(width, lines)) <= room
        for word in ("verdict", "endpoint", "total", "budget"):
            assert word in lines[0]


def test_bars_grow_with_the_time(make_endpoint: Any) -> None:
    """A bar is as long as its part of the budget, with the budget's mark at one place."""
    parts = (0.1, 0.25, 0.5, 1.0, 1.25, 1.5)
    run = Run(
        0.0001,
        tuple(
            make_endpoint(f"http://127.0.0.1/{part}", total=Spread(2 * part, 2 * part, 2 * part))
            for part in parts
        ),
    )
    lines = to_table(run, PLAIN, 120).splitlines()[1:]
    bars = [re.search(r"[█▏▎▍▌▋▊▉│]{2,}|[█▏▎▍▌▋▊▉]+ *│", line) for line in reversed(lines)]
    assert len({line.index("│") for line in lines}) == 1
    lengths = [len(bar[0].rstrip("│ ")) for bar in bars if bar]
    assert lengths == [2, 4, 8, 15, 20, 24]


def test_ascii_where_nothing_else_shows(extreme: Run) -> None:
    """For a terminal without Unicode the whole table is ASCII."""
    assert to_table(extreme, PLAIN, 100, blocks=False).isascii()


def test_colours_tell_the_verdict(mixed: Run) -> None:
    """Over and failed are red, regressed yellow, ok green; without colours no code is left."""
    lines = to_table(mixed, PAINTED, 120).splitlines()[1:]
    assert [line.split()[0][:5] for line in lines] == [f"\033[{n}m" for n in (31, 31, 33, 32)]
    assert "\033" not in to_table(mixed, PLAIN, 120)


def test_hostile_names_are_inert(hostile_run: Run) -> None:
    """A URL can neither move the cursor nor begin a line of its own."""
    text = to_table(hostile_run, PLAIN, 80)
    assert len(text.splitlines()) == 3
    assert all(sign == "\n" or sign.isprintable() for sign in text)


def test_nothing_timed() -> None:
    """A run of no endpoint has no table."""
    assert to_table(Run(0.1, ()), PLAIN) == ""


def test_rate_under_load(make_endpoint: Any) -> None:
    """An endpoint that was put under load has its answers a second in a column of its own."""
    run = Run(0.1, (make_endpoint(rate=412.3), make_endpoint("http://127.0.0.1/b")))
    head, first, second = to_table(run, PLAIN, 120).splitlines()
    assert " rate " in head
    assert [" 412/s " in line for line in (first, second)].count(True) == 1
    assert " rate " not in to_table(Run(0.1, (make_endpoint(),)), PLAIN, 120)
