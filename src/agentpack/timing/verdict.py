"""From what was measured to what is said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from agentpack.timing.compare import Compared
from agentpack.timing.load import waited
from agentpack.timing.request import Request
from agentpack.timing.result import Endpoint, Verdict
from agentpack.timing.sample import Sample
from agentpack.timing.stats import spread

_OK = range(200, 300)


def expected(request: Request, status: int) -> str | None:
    """What is wrong with a status, or `None`."""
    right = request.expect.statuses or _OK
    if status in right:
        return None
    wanted = " or ".join(map(str, request.expect.statuses)) or "2xx"
    return f"status {status}, not {wanted}"


def judged(request: Request, sample: Sample) -> Sample:
    """A sample with its status judged."""
    if sample.error is not None:
        return sample
    wrong = expected(request, sample.status)
    return replace(sample, error=wrong) if wrong else sample


def endpoint(
    request: Request,
    cold: Sample | None,
    samples: Sequence[Sample],
    *,
    budget_s: float,
    curl: Callable[[Request], str],
    compared: Compared | None = None,
    rate: float | None = None,
) -> Endpoint:
    """Judge one endpoint. A failure is never a fast answer: it is in no distribution."""
    every = [cold, *samples] if cold else list(samples)
    good = waited([one for one in samples if one.error is None])
    shown = good or waited([one for one in every if one.error is None]) or waited(every)
    total = spread([one.total_s for one in shown])
    verdict, reason = _verdict(every, total.median, budget_s, compared)
    answered = [one.status for one in every if one.status] or [0]
    return Endpoint(
        request=request,
        status=answered[-1],
        cold=cold,
        samples=tuple(samples),
        ttfb=spread([one.ttfb_s for one in shown]),
        total=total,
        budget_s=budget_s,
        verdict=verdict,
        reason=reason,
        curl=curl(request),
        baseline_ratio=compared.change.slower if compared else None,
        rate=rate,
    )


def _verdict(
    every: Sequence[Sample], median_s: float, budget_s: float, compared: Compared | None
) -> tuple[Verdict, str]:
    errors = Counter(one.error for one in every if one.error is not None)
    if errors:
        (words, _), *_ = errors.most_common(1)
        number = errors.total()
        return "failed", words if number == len(every) else f"{number} of {len(every)}: {words}"
    if median_s > budget_s:
        return "over", f"the median is {median_s:.3g} s, the budget {budget_s:g} s"
    if compared and compared.regressed:
        more = round((compared.change.slower - 1) * 100)
        before, now = compared.before.own_s * 1e3, compared.now.own_s * 1e3
        return "regressed", f"{more} % slower than the baseline: {before:.3g} ms, now {now:.3g} ms"
    return "ok", ""
