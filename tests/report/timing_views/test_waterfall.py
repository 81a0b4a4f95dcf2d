"""Phases and spans on a line of time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentpack.report.timing_views.phases import phases
from agentpack.report.timing_views.scale import around, from_zero
from agentpack.report.timing_views.spans import rows
from agentpack.report.timing_views.waterfall import waterfall
from agentpack.timing.result import Span

times = st.floats(min_value=0, max_value=100)


def test_phases_lie_between_the_times(make_sample: Any) -> None:
    """A phase lasts from the time before it to its own, as curl counts."""
    cold = make_sample(
        1.0, dns_s=0.1, connect_s=0.3, tls_s=0.6, request_s=0.61, ttfb_s=0.9, cold=True
    )
    assert [(phase.name, round(phase.duration_s, 6)) for phase in phases(cold)] == [
        ("dns", 0.1),
        ("connect", 0.2),
        ("tls", 0.3),
        ("request", 0.01),
        ("wait", 0.29),
        ("transfer", 0.1),
    ]


def test_what_did_not_happen_is_no_phase(make_sample: Any) -> None:
    """On an open connection without TLS there is no lookup, no connect and no TLS."""
    assert [phase.name for phase in phases(make_sample(1.0))] == ["request", "wait", "transfer"]


@given(st.lists(times, min_size=6, max_size=6))
def test_phases_make_up_the_total(make_sample: Any, ends: list[float]) -> None:
    """Also for times that libcurl left at 0, phases follow on each other up to the last time."""
    names = ("dns_s", "connect_s", "tls_s", "request_s", "ttfb_s")
    found = phases(make_sample(ends[5], **dict(zip(names, ends[:5], strict=True))))
    assert sum(phase.duration_s for phase in found) == pytest.approx(max(ends))
    assert all(phase.duration_s > 0 for phase in found)
    assert [phase.start_s for phase in found] == sorted(phase.start_s for phase in found)


def test_like_queries_are_one_row() -> None:
    """Two hundred queries of one shape, with others between, are one row below their parent."""
    spans = [Span("endpoint", 0.0, 4.0), Span("serialize", 4.0, 0.5)]
    for number in range(200):
        spans += [
            Span("SELECT author", number * 0.02, 0.01, 1),
            Span("SELECT book", number * 0.02 + 0.01, 0.005, 1),
        ]
    found = [(row.name, row.depth, len(row.stretches)) for row in rows(spans)]
    assert found == [
        ("endpoint", 0, 1),
        ("SELECT author", 1, 200),
        ("SELECT book", 1, 200),
        ("serialize", 0, 1),
    ]


def test_spans_explain_the_wait(make_sample: Any) -> None:
    """The server's lanes stand below the wait; work after the answer lengthens the line."""
    drawn = waterfall(make_sample(1.0), (Span("endpoint", 0.1, 0.5), Span("task", 1.0, 3.0)))
    assert [lane.label for lane in drawn.lanes] == [
        "request",
        "wait",
        "endpoint",
        "task",
        "transfer",
    ]
    task = drawn.lanes[3].bars[0]
    assert (task.x, task.width) == (25.0, 75.0)


def test_many_rows_are_counted(make_sample: Any) -> None:
    """A thousand kinds of spans do not make a thousand lanes, and it is said how many are not."""
    drawn = waterfall(make_sample(1.0), [Span(f"span {n}", n / 1000, 0.001) for n in range(1000)])
    assert len(drawn.lanes) == 43
    assert drawn.left_out == 960


@given(st.lists(st.tuples(times, times, st.integers(-2, 9)), max_size=30), times)
def test_bars_stay_on_their_line(
    make_sample: Any, spans: list[tuple[float, float, int]], total: float
) -> None:
    """Whatever the times are, every bar is on its line and can be seen."""
    drawn = waterfall(make_sample(total), [Span("s", *span) for span in spans])
    for lane in drawn.lanes:
        for bar in lane.bars:
            assert bar.x >= 0
            assert bar.width > 0.3
            assert bar.x + bar.width <= 100.5


@given(st.lists(st.floats(min_value=1e-7, max_value=1e4), min_size=1))
def test_ticks_are_few_and_on_the_line(values: list[float]) -> None:
    """A line has some ticks, not many, in order, and all values find their place in order."""
    for scale in (around(values), from_zero(values)):
        ticks = scale.ticks()
        assert len(ticks) <= 7
        assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)
        places = [scale.at(value) for value in sorted(values)]
        assert places == sorted(places)
        assert all(0 <= place <= 100 for place in places)


def test_a_row_says_how_many_it_holds(make_sample: Any) -> None:
    """The number of like spans comes first in their label, where no long name hides it."""
    spans = [Span("SELECT " + "x" * 500, number / 10, 0.05) for number in range(7)]
    (row,) = (lane for lane in waterfall(make_sample(1.0), spans).lanes if lane.kind == "server")
    assert row.label.startswith("7× SELECT")
    assert len(row.bars) == 7
    assert row.words == "350 ms"
