"""A distribution says no more than its samples allow."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from agentpack.timing.stats import noise, percentile, quick, spread

TIMES = st.lists(st.floats(1e-6, 10), min_size=1, max_size=300)


def test_percentiles_need_enough_samples() -> None:
    """19 samples have no 95th percentile and 99 no 99th; 20 and 100 have."""
    assert percentile([1.0] * 19, 95) is None
    assert percentile(list(map(float, range(1, 21))), 95) == 19
    assert percentile([1.0] * 99, 99) is None
    assert percentile(list(map(float, range(1, 101))), 99) == 99


@given(TIMES)
def test_a_spread_is_in_order(values) -> None:
    """Minimum, median, percentiles and maximum are in this order, and are samples."""
    found = spread(values)
    known = [found.min, found.median, found.p95, found.p99, found.max]
    told = [one for one in known if one is not None]
    assert told == sorted(told)
    assert found.min == min(values)
    assert found.max == max(values)


@given(TIMES)
def test_the_fastest_fifth_lies_at_the_fast_end(values) -> None:
    """It is at least the minimum and at most the median."""
    assert min(values) * 0.999 <= quick(values) <= spread(values).median * 1.001


def test_contention_moves_the_median_and_not_the_fastest_fifth() -> None:
    """Half of the samples delayed by other work leave it where it was."""
    draw = random.Random(1)
    calm = [0.002 * draw.gauss(1, 0.02) for _ in range(100)]
    busy = [one + (0.004 if draw.random() < 0.55 else 0) for one in calm]
    assert spread(busy).median > 1.5 * spread(calm).median
    assert abs(quick(busy) / quick(calm) - 1) < 0.03


def test_noise_shrinks_with_samples_and_with_what_is_common() -> None:
    """More samples say it more surely; what slows both down alike does not count."""
    draw = random.Random(2)
    drift = [1 + draw.random() for _ in range(400)]
    value = [0.010 * one * draw.gauss(1, 0.01) for one in drift]
    work = [0.001 * one * draw.gauss(1, 0.01) for one in drift]
    apart = work.copy()
    draw.shuffle(apart)
    assert noise(value, work) < noise(value[:40], work[:40])
    assert noise(value, work) < noise(value, apart) / 2
    assert noise(value, work) == noise(value, work)
    assert noise([1.0], [1.0]) == float("inf")
