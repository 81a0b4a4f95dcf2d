"""What a run comes to: its order, its headline, what each endpoint is called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median
from urllib.parse import urlsplit

from agentpack.report.terminal import fit, printable
from agentpack.report.timing_views import figures
from agentpack.report.timing_views.figures import seconds
from agentpack.timing.result import Endpoint, Run, Spread, Verdict
from agentpack.timing.sample import Sample

GRAVITY: tuple[Verdict, ...] = ("failed", "over", "regressed", "ok")
"""The verdicts, worst first."""

_OF_ONE: dict[Verdict, str] = {
    "failed": "The endpoint failed",
    "over": "The endpoint is over its budget",
    "regressed": "The endpoint became slower",
    "ok": "The endpoint is within its budget",
}
_LONGEST = 110
_SECRET = ("authorization", "cookie", "token", "secret", "password", "api-key", "api_key", "apikey")


def by_gravity(endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """The worst first, and of those the one that uses most of its budget."""
    return tuple(sorted(endpoints, key=lambda e: (GRAVITY.index(e.verdict), -(used(e) or 0))))


def used(endpoint: Endpoint) -> float | None:
    """The part of its budget that the median takes; `None` where nothing was measured."""
    total = measured(endpoint, endpoint.total)
    if total is None or not endpoint.budget_s > 0:
        return None
    return total.median / endpoint.budget_s


def measured(endpoint: Endpoint, spread: Spread) -> Spread | None:
    """`spread`, or `None` where no answer counts: a failure is not a fast answer."""
    if endpoint.samples and all(sample.error for sample in endpoint.samples):
        return None
    return spread if math.isfinite(spread.median) and spread.median > 0 else None


def headline(run: Run) -> str:
    """The verdict of the whole run in one line."""
    every = len(run.endpoints)
    if not every:
        return "Nothing was timed"
    if every == 1:
        return _OF_ONE[run.endpoints[0].verdict]
    bad = sum(endpoint.verdict != "ok" for endpoint in run.endpoints)
    if bad:
        return f"{bad} of {every} endpoints {'needs' if bad == 1 else 'need'} work"
    return f"All {every} endpoints are within budget"


def counts(run: Run) -> tuple[tuple[Verdict, int], ...]:
    """How many endpoints have each verdict that occurs, worst first."""
    found = Counter(endpoint.verdict for endpoint in run.endpoints)
    return tuple((verdict, found[verdict]) for verdict in GRAVITY if found[verdict])


def budgets(run: Run) -> str:
    """The budget of all, or the smallest and the largest."""
    every = sorted({endpoint.budget_s for endpoint in run.endpoints})
    if not every:
        return seconds(None)
    return seconds(every[0]) if len(every) == 1 else f"{seconds(every[0])} to {seconds(every[-1])}"


def reason(endpoint: Endpoint) -> str:
    """Why its verdict is what it is, as a sentence of its own; empty when it is `ok`."""
    words = endpoint.reason.strip()
    end = "" if words[-1:] in ("", ".", "!", "?", ":") else "."
    return words[:1].upper() + words[1:] + end


def sampled(run: Run) -> str:
    """How many warm samples an endpoint has: `20`, or `3 to 20`."""
    every = sorted({len(endpoint.samples) for endpoint in run.endpoints} or {0})
    return str(every[0]) if len(every) == 1 else f"{every[0]} to {every[-1]}"


def name(endpoint: Endpoint) -> str:
    """Its operation, or its method and path."""
    return endpoint.request.operation or f"{endpoint.request.method} {path(endpoint)}"


def short_name(endpoint: Endpoint) -> str:
    """Its name for a heading: URLs can be of any length."""
    return fit(printable(name(endpoint)), _LONGEST)


def has_credentials(endpoint: Endpoint) -> bool:
    """Whether its curl command tells something that should not be passed on."""
    request = endpoint.request
    try:
        parts = urlsplit(request.url)
    except ValueError:
        return True
    told = [
        parts.query,
        *(header for header, _ in request.headers),
        *(p.name for p in request.parts),
    ]
    told.append((request.body or b"").decode("utf-8", "replace"))
    text = "\n".join(told).lower()
    return bool(request.user or parts.password) or any(word in text for word in _SECRET)


def path(endpoint: Endpoint) -> str:
    """The URL from its path on; the whole of it where it has none to speak of."""
    url = endpoint.request.url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def failures(endpoint: Endpoint) -> tuple[tuple[str, int], ...]:
    """Why samples failed, the cold one too, each reason with its number, most often first."""
    every = [sample for sample in (endpoint.cold, *endpoint.samples) if sample]
    return tuple(Counter(sample.error for sample in every if sample.error).most_common())


def typical(samples: Sequence[Sample]) -> Sample | None:
    """The sample whose total lies nearest to the median; of good ones, where there are any."""
    usable = [sample for sample in samples if not sample.error] or list(samples)
    if not usable:
        return None
    middle = median(sample.total_s for sample in usable)
    return min(usable, key=lambda sample: abs(sample.total_s - middle))


def earlier(endpoint: Endpoint, baseline: Run | None) -> Endpoint | None:
    """The same endpoint in an earlier run: by operation, else by method and URL."""
    if baseline is None:
        return None
    same = [e for e in baseline.endpoints if _key(e) == _key(endpoint)]
    exact = [e for e in same if e.request.url == endpoint.request.url]
    return next(iter(exact or same), None)


def change(endpoint: Endpoint, before: Endpoint | None) -> str:
    """How its time changed since the baseline, such as `+15 %`; empty where that is not known.

    The ratio that was measured against the reference endpoint, where there is one: two runs on
    machines of unlike speed cannot be compared by their medians.
    """
    if endpoint.baseline_ratio is not None:
        return figures.change(endpoint.baseline_ratio)
    now = measured(endpoint, endpoint.total)
    then = measured(before, before.total) if before else None
    return figures.change(now.median / then.median) if now and then else ""


def _key(endpoint: Endpoint) -> tuple[str, str]:
    request = endpoint.request
    # A server that we start listens on another port each time: the path has to do.
    return request.method, request.operation or path(endpoint)
