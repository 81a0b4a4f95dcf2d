"""A sample's times, which all count from its start, as the phases that lie between them."""

from __future__ import annotations

from dataclasses import dataclass

from agentpack.timing.sample import Sample


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase, in seconds from the request's start."""

    name: str
    start_s: float
    duration_s: float


PHASES = {
    "dns": "name looked up",
    "connect": "TCP connection opened",
    "tls": "TLS agreed on",
    "request": "made ready to send",
    "wait": "sent, until the first byte of the answer",
    "transfer": "first to last byte",
}
"""Each phase in its order, with what happens in it."""


def phases(sample: Sample) -> tuple[Phase, ...]:
    """The phases that took any time, in order; together they are the total."""
    ends = (
        sample.dns_s,
        sample.connect_s,
        sample.tls_s,
        sample.request_s,
        sample.ttfb_s,
        sample.total_s,
    )
    found = []
    start = 0.0
    for name, end in zip(PHASES, ends, strict=True):
        # libcurl leaves 0 for what did not happen; a request that broke off has no later times.
        if end > start:
            found.append(Phase(name, start, end - start))
            start = end
    return tuple(found)
