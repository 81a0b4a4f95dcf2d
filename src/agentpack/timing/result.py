"""What is said of an endpoint: its times, its verdict, and why it is slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agentpack.timing.request import Request
from agentpack.timing.sample import Sample

Verdict = Literal["ok", "over", "regressed", "failed"]
CauseKind = Literal[
    "event-loop-blocked",
    "n-plus-one",
    "slow-query",
    "pool-wait",
    "slow-dependency",
    "outgoing-http",
    "serialization",
    "cpu",
    "lock-wait",
    "background-task",
    "large-transfer",
    "slow-stream",
    "cold-start",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution in seconds. A percentile that too few samples allow is `None`."""

    median: float
    min: float
    max: float
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why an endpoint is slow."""

    kind: CauseKind
    share: float
    """Its part of the request's time, 0 to 1."""
    detail: str
    """What was seen, with its figures: the statement and its count, the host that was called."""
    mend: str
    """What to do about it, in one sentence."""
    reference: str = ""
    """The page of our skills that explains it, such as `backend-skill/references/async.md`."""
    file: str | None = None
    """The project's own code that is at fault, from the project's root where it lies below it."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of the server's work on a request, for the waterfall."""

    name: str
    start_s: float
    """From the request's start."""
    duration_s: float
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """All that is known of one endpoint after a run."""

    request: Request
    status: int
    """The last answer's status."""
    cold: Sample | None
    """The first request, on a new connection; `None` where it was not asked for."""
    samples: tuple[Sample, ...]
    """The warm ones that count, in the order in which they were sent."""
    ttfb: Spread
    total: Spread
    budget_s: float
    verdict: Verdict
    reason: str
    """Why the verdict is what it is, in one sentence; empty when it is `ok`."""
    curl: str
    """The command that sends the same request."""
    causes: tuple[Cause, ...] = ()
    spans: tuple[Span, ...] = ()
    baseline_ratio: float | None = None
    """Its time over what the baseline lets expect on this machine now; 1.15 is 15 % slower."""
    rate: float | None = None
    """Answers a second, where it was put under load."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the harness."""

    floor_s: float
    """The median total of an empty answer from a bare socket on loopback, in this very run."""
    endpoints: tuple[Endpoint, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """Operations that were found and not called, each with the reason."""
    notes: tuple[str, ...] = ()
