"""How figures are said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentpack.report.timing_views import figures

FACTORS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (0.000213, "213 µs"),
        (0.0002134, "213 µs"),
        (0.00099996, "1 ms"),
        (0.0123, "12.3 ms"),
        (0.9996, "1 s"),
        (3.2149, "3.21 s"),
        (20.0, "20 s"),
        (125.4, "2 min 5 s"),
        (-0.002, "-2 ms"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_seconds(value: float | None, words: str) -> None:
    """A time has three digits and the unit that fits; what was not measured is a dash."""
    assert figures.seconds(value) == words


@given(st.floats(min_value=1e-6, max_value=119))
def test_seconds_are_near_the_truth(value: float) -> None:
    """What is said is within a half percent of what was measured."""
    number, unit = figures.seconds(value).split()
    assert float(number) * FACTORS[unit] == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (figures.size(0), "0 B"),
        (figures.size(999), "999 B"),
        (figures.size(5120), "5.12 kB"),
        (figures.size(10**10), "10 GB"),
        (figures.percent(0.0), "0 %"),
        (figures.percent(0.004), "<1 %"),
        (figures.percent(0.814), "81 %"),
        (figures.of_budget(1.61), "161 %"),
        (figures.of_budget(9.55), "9.55×"),
        (figures.rate(12400.0), "12400/s"),
        (figures.rate(0.5), "0.5/s"),
        (figures.change(1.0), "0 %"),
        (figures.change(1.15), "+15 %"),
        (figures.change(0.97), "-3 %"),
        (figures.change(2.5), "2.5×"),
    ],
)
def test_shares_and_sizes(told: str, words: str) -> None:
    """Sizes count thousands; what is small is not called nothing; what is large is a multiple."""
    assert told == words
