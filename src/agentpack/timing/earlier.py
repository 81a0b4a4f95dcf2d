"""A baseline in the shape of a run, so that it can be shown beside one."""

from __future__ import annotations

from agentpack.timing.baseline import Baseline, Level, key
from agentpack.timing.result import Endpoint, Run
from agentpack.timing.sample import Sample
from agentpack.timing.stats import spread


def as_run(baseline: Baseline, now: Run) -> Run:
    """The baseline of each endpoint of a run that has one.

    Only totals are known of it: other times are 0, and those of its first byte are the totals'.
    """
    pairs = [(one, baseline.levels.get(key(one.request))) for one in now.endpoints]
    return Run(now.floor_s, tuple(_endpoint(one, level) for one, level in pairs if level))


def _endpoint(now: Endpoint, level: Level) -> Endpoint:
    totals = level.totals_s or (level.median_s,)
    samples = tuple(
        Sample(now.status, 0.0, 0.0, 0.0, 0.0, total, total, 0, cold=False) for total in totals
    )
    return Endpoint(
        request=now.request,
        status=now.status,
        cold=None,
        samples=samples,
        ttfb=spread(totals),
        total=spread(totals),
        budget_s=now.budget_s,
        verdict="ok",
        reason="",
        curl=now.curl,
    )
