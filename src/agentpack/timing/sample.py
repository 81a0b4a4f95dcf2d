"""What was measured of one request: libcurl's own clock, never a wall clock around it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One timed request. Every time is in seconds from its start, as `curl -w` counts."""

    status: int
    """The answer's status; 0 when none came."""
    dns_s: float
    connect_s: float
    tls_s: float
    """0 without TLS, and on a connection that was open already."""
    request_s: float
    """When the request began to be sent (`time_pretransfer`)."""
    ttfb_s: float
    total_s: float
    size: int
    """Bytes of the body as they came over the wire."""
    cold: bool
    """Whether it opened a connection of its own."""
    error: str | None = None
    """Why it is a failure: no answer, a wrong status, a body against its schema."""
    late_s: float = 0.0
    """Open loop only: how long after its intended time it was sent. Counted in no other time."""
    chunks_s: tuple[float, ...] = ()
    """When each piece of a streamed body came; empty unless asked for."""
