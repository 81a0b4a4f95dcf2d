"""What is to be timed, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agentpack.timing.app import App
from agentpack.timing.budget import Settings
from agentpack.timing.curl import Answer, Session
from agentpack.timing.handle import MAX_BYTES, TIMEOUT_S
from agentpack.timing.measure import Check, Pass, Progress
from agentpack.timing.request import Request
from agentpack.timing.result import Cause, Endpoint, Span


@dataclass(frozen=True, slots=True)
class Found:
    """The requests that are to be timed."""

    requests: tuple[Request, ...] = ()
    play: Pass | None = None
    """One pass of a scenario, in place of requests."""
    skipped: tuple[tuple[str, str], ...] = ()
    sent: Sequence[tuple[Request, Answer]] = ()
    """What had to be sent to find them, each on a connection of its own, with its answer."""
    budgets: Mapping[str, float] = field(default_factory=dict)
    """Seconds by operation, where the requests' own source says so."""


Find = Callable[[Session, str], Found]
"""Finds the requests, given a session and the URL where the app is served ('' without one)."""


Explained = tuple[tuple[Cause, ...], tuple[Span, ...]]
Why = Callable[[Sequence[Endpoint]], Mapping[Request, Explained]]
"""Says why endpoints are slow: causes, and what the server did meanwhile, by request."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be timed, and how."""

    find: Find
    check: Check
    curl: Callable[[Request], str]
    """The command that sends the same request."""
    app: App | None = None
    settings: Settings = field(default_factory=Settings)
    budget_s: float | None = None
    """In place of every budget in the settings."""
    count: int = 20
    warmup: int = 2
    patience_s: float | None = 30.0
    timeout_s: float = TIMEOUT_S
    ready_s: float = 30.0
    max_bytes: int = MAX_BYTES
    concurrency: int | None = None
    rate: float | None = None
    duration_s: float | None = None
    progress: Progress = lambda *_: None
    why: Why | None = None
    explain: bool = False
    """Say why of what is within its budget too."""

    @property
    def under_load(self) -> bool:
        """Whether many requests are sent at once."""
        return self.concurrency is not None or self.rate is not None
