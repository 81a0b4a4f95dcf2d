"""What a number of samples says, and how sure it is."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from statistics import fmean, median, stdev

from agentpack.timing.result import Spread

_RESAMPLES = 100
_PER_PERCENT = 100


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile; `None` where so few values have none.

    The 95th needs twenty values and the 99th a hundred: with fewer it would be the maximum by
    another name.
    """
    if len(values) * (_PER_PERCENT - percent) < _PER_PERCENT:
        return None
    return sorted(values)[math.ceil(len(values) * percent / _PER_PERCENT) - 1]


def spread(values: Sequence[float]) -> Spread:
    """The distribution of some values, at least one."""
    return Spread(
        median=median(values),
        min=min(values),
        max=max(values),
        p95=percentile(values, 95),
        p99=percentile(values, 99),
    )


def quick(values: Sequence[float]) -> float:
    """The mean of the fastest fifth: how long it takes when nothing else is in the way.

    What else runs on the machine only ever adds time, so this end of a distribution moves least.
    """
    ordered = sorted(values)
    return fmean(ordered[: max(1, len(ordered) // 5)])


def noise(
    values: Sequence[float],
    reference: Sequence[float],
    level: Callable[[Sequence[float]], float] = median,
    share: float = 1.0,
) -> float:
    """The standard error of the logarithm of `level(values) / level(reference) ** share`.

    Values are paired, so what slowed both down at the same time cancels out: pairs are drawn
    again and again with replacement (bootstrap), always the same ones for the same values.

    Args:
        values: what was measured.
        reference: what was measured in turn with it.
        level: what one number says of several.
        share: how far the values follow the reference, from 0 to 1.

    """
    pairs = list(zip(values, reference, strict=True))
    if len(pairs) < 2:  # noqa: PLR2004 - of one value nothing is known
        return math.inf
    draw = random.Random(0).choices  # noqa: S311 - no secret
    logs = []
    for _ in range(_RESAMPLES):
        drawn = draw(pairs, k=len(pairs))
        above, below = level([one for one, _ in drawn]), level([one for _, one in drawn])
        logs.append(math.log(above) - share * math.log(below))
    return stdev(logs)
