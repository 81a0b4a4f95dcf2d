"""How much of its budget an endpoint uses, as a bar on which all budgets stand at one place."""

from __future__ import annotations

from dataclasses import dataclass

from agentpack.report.timing_views.figures import NONE, of_budget
from agentpack.report.timing_views.verdicts import measured, used
from agentpack.timing.result import Endpoint

BUDGET_AT = 2 / 3
"""Where the budget's mark is, of the bar's length; what lies beyond it is over."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """Parts of the bar's length, 0 to 1."""

    fill: float
    tail: float
    """Where the 95th percentile is; no less than `fill`."""
    beyond: bool
    """Whether the median lies past the bar's end."""
    words: str


def gauge(endpoint: Endpoint) -> Gauge:
    """The median and the 95th percentile against the budget."""
    part = used(endpoint)
    total = measured(endpoint, endpoint.total)
    if part is None or total is None:
        return Gauge(0.0, 0.0, beyond=False, words=NONE)
    tail = max(total.p95 or 0.0, total.median) / endpoint.budget_s
    return Gauge(
        fill=_place(part), tail=_place(tail), beyond=part * BUDGET_AT > 1, words=of_budget(part)
    )


def _place(part: float) -> float:
    return round(min(part * BUDGET_AT, 1.0), 5)
