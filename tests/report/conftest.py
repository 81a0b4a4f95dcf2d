"""Runs of the harness, made by hand, and a real browser."""

from __future__ import annotations

import random
import shutil
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from agentpack.timing.request import Request
from agentpack.timing.result import Cause, Endpoint, Run, Span, Spread
from agentpack.timing.sample import Sample

MakeSample = Callable[..., Sample]
MakeEndpoint = Callable[..., Endpoint]


def sample(total_s: float, *, cold: bool = False, **other: Any) -> Sample:
    """A sample whose wait takes nearly all its time."""
    base = min(total_s / 10, 0.0002)
    connecting = base if cold else 0.0
    times: dict[str, Any] = {
        "status": 200,
        "dns_s": connecting * 0.3,
        "connect_s": connecting * 0.8,
        "tls_s": 0.0,
        "request_s": connecting * 0.8 + base * 0.2,
        "ttfb_s": total_s * 0.95,
        "total_s": total_s,
        "size": 5120,
        "cold": cold,
    }
    return Sample(**{**times, **other})


def spread(values: list[float]) -> Spread:
    """The distribution of `values`; percentiles only where there are 20."""
    if not values:
        return Spread(float("nan"), float("nan"), float("nan"))
    ordered = sorted(values)
    p95 = ordered[int(len(ordered) * 0.95)] if len(ordered) >= 20 else None
    return Spread(statistics.median(ordered), ordered[0], ordered[-1], p95)


def endpoint(
    url: str = "http://127.0.0.1:8000/items?limit=10",
    median_s: float = 0.012,
    *,
    method: str = "GET",
    number: int = 20,
    operation: str = "",
    **other: Any,
) -> Endpoint:
    """An endpoint with `number` samples around `median_s`."""
    noise = random.Random(round(median_s * 1e9))
    totals = [median_s * (1 + abs(noise.gauss(0, 0.06))) for _ in range(number)]
    samples = other.pop("samples", tuple(sample(total) for total in totals))
    good = [entry for entry in samples if not entry.error]
    values: dict[str, Any] = {
        "request": Request(method, url, operation=operation),
        "status": samples[-1].status if samples else 0,
        "cold": sample(median_s * 1.6, cold=True),
        "samples": samples,
        "ttfb": spread([entry.ttfb_s for entry in good]),
        "total": spread([entry.total_s for entry in good]),
        "budget_s": 2.0,
        "verdict": "ok",
        "reason": "",
        "curl": f"curl -X {method} '{url}'",
    }
    return Endpoint(**{**values, **other})


def slow() -> Endpoint:
    """An endpoint over its budget, with causes and the server's spans."""
    statement = "SELECT id, name FROM author WHERE id = $1"
    queries = [Span(statement, 0.12 + number * 0.014, 0.012, 2) for number in range(200)]
    return endpoint(
        "http://127.0.0.1:8000/reports?year=2026",
        3.1,
        operation="GET /reports",
        verdict="over",
        reason="The median of 3.1 s is over the budget of 2 s.",
        causes=(
            Cause(
                "serialization",
                0.06,
                "The answer of 5.1 MB took 186 ms to be made into JSON.",
                "Send fewer fields, or a page at a time.",
                "backend-skill/references/api-design.md",
            ),
            Cause(
                "n-plus-one",
                0.81,
                f"200 statements of one shape, 2.4 s together:\n{statement}",
                "Load the authors with the reports, with selectinload or one IN query.",
                "backend-skill/references/database.md",
                "app/services/reports.py",
                41,
            ),
        ),
        spans=(
            Span("dependency current_user", 0.01, 0.06),
            Span("endpoint read_reports", 0.08, 2.85),
            Span("ReportService.list", 0.1, 2.82, 1),
            *queries,
            Span("serialize", 2.93, 0.14),
        ),
    )


def failing() -> Endpoint:
    """An endpoint that never answered well."""
    broken = [
        sample(0.02 + number / 1e4, status=500, error="HTTP 500, a 2xx was expected")
        for number in range(17)
    ]
    dead = sample(0.0, status=0, ttfb_s=0.0, error="Connection refused")
    return endpoint(
        "http://127.0.0.1:8000/orders",
        method="POST",
        samples=(*broken, dead, dead, dead),
        cold=None,
        verdict="failed",
        reason="20 of 20 requests failed: HTTP 500, a 2xx was expected.",
    )


def regressed(ratio: float = 1.35) -> Endpoint:
    """An endpoint that became slower, and is within its budget."""
    return endpoint(
        "http://127.0.0.1:8000/search?q=books",
        0.054,
        number=30,
        verdict="regressed",
        reason="35 % slower than the baseline, against a noise of 4 %.",
        baseline_ratio=ratio,
    )


@pytest.fixture(scope="session")
def make_sample() -> MakeSample:
    return sample


@pytest.fixture(scope="session")
def make_endpoint() -> MakeEndpoint:
    return endpoint


@pytest.fixture(scope="session")
def mixed() -> Run:
    """One endpoint of each verdict, and an operation that was not called."""
    return Run(
        floor_s=0.000093,
        endpoints=(endpoint(), slow(), failing(), regressed()),
        skipped=(("DELETE /items/{id}", "not a safe method; --unsafe calls it too"),),
        notes=("The app answered its first request after 0.8 s.",),
    )


@pytest.fixture(scope="session")
def before() -> Run:
    """An earlier run of some of the same endpoints."""
    return Run(
        floor_s=0.00009,
        endpoints=(
            endpoint(median_s=0.0118),
            endpoint("http://127.0.0.1:9999/search?q=books", 0.04, number=30),
            endpoint("http://127.0.0.1:9999/reports?year=2026", 2.9, operation="GET /reports"),
        ),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real browser: Debian's, driven by Playwright.

    Playwright runs an event loop in this thread; kept for longer, it would be in the way of others.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        # As root, as CI runs, Chromium starts only without its sandbox.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


HOSTILE = (
    "</style></script><script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    '"><svg onload=window.owned=1>',
    "javascript:window.owned=1",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "]]> <!-- & &amp; &#0; '\"`",
    "| a | b |\n|---|---|\n# head\n- [x](javascript:1) ``` ` **b** <b>x</b>",
    "\x00\x07\x1b[31mred\x1b[0m\x1b]0;title\x07\r\x85\u2028\u202egnp.exe\ufffe\ud800",
    "x" * 3000,
)
"""Texts that break what takes them for anything else than text."""


def hostile(text: str) -> Run:
    """A run in which every text is `text`."""
    cause = Cause("unknown", 2.0, text, text, text, text, 7)
    bad = endpoint(
        f"http://127.0.0.1/{text}",
        method=text,
        operation=text,
        samples=(sample(0.2), sample(0.3, status=500, error=text)),
        verdict="failed",
        reason=text,
        curl=text,
        causes=(cause,),
        spans=(Span(text, 0.0, 0.1), Span(text, 0.05, 5.0, 3)),
    )
    return Run(0.0001, (bad, replace(bad, verdict="ok")), ((text, text),), (text,))


@pytest.fixture(scope="session")
def make_hostile() -> Callable[[str], Run]:
    return hostile


@pytest.fixture(params=range(len(HOSTILE)))
def hostile_run(request: pytest.FixtureRequest) -> Run:
    """A run whose texts are all one of the hostile ones."""
    return hostile(HOSTILE[request.param])


@pytest.fixture(scope="session")
def extreme() -> Run:
    """What stretches a layout: 0.2 ms beside 20 s, long names, a stream, no sample at all."""
    long = "https://example.org/" + "a-rather-long-path/" * 30 + "?q=" + "x" * 400
    nested = tuple(Span(f"level {depth} of the call", 0.01, 0.2, depth) for depth in range(12))
    both = [sample(0.0002 + n * 1e-6) for n in range(300)] + [sample(20 + n) for n in range(320)]
    pieces = tuple(0.05 + number * 0.1 for number in range(14))
    return Run(
        0.00009,
        (
            endpoint("http://127.0.0.1/fast", 0.0002),
            endpoint("http://127.0.0.1/slow", 20.0, samples=tuple(both), verdict="over"),
            endpoint(long, 0.4, spans=nested, curl=f"curl '{long}'", verdict="over", reason=long),
            endpoint("http://127.0.0.1/stream", 1.5, samples=(sample(1.5, chunks_s=pieces),)),
            endpoint("http://127.0.0.1/dead", samples=(), cold=None, verdict="failed"),
            endpoint("http://127.0.0.1/one", 0.1, number=1, cold=None, budget_s=0.0),
        ),
    )
