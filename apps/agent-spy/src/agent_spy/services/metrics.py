"""What Prometheus is told: requests, runs taken in, the writer's queue, the process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from agent_spy.services.follower import Follower
from agent_spy.services.ingest import Ingest
from agent_spy.storage.writer import Writer

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """One server's; several processes have one each."""

    def __init__(self, ingest: Ingest, writer: Writer, follower: Follower) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(_State(ingest, writer, follower))
        self._requests = Histogram(
            "agent_spy_request_seconds",
            "Time from a request's head to its answer's end",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is known elsewhere, read when it is asked for."""

    def __init__(self, ingest: Ingest, writer: Writer, follower: Follower) -> None:
        self._ingest, self._writer, self._follower = ingest, writer, follower

    @override
    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "agent_spy_run_messages",
            "Messages about runs that were taken in and committed",
            self._ingest.taken,
        )
        yield GaugeMetricFamily(
            "agent_spy_writer_queue", "Requests that wait for a commit", self._writer.waiting
        )
        yield GaugeMetricFamily(
            "agent_spy_unfollowed_runs",
            "Changes of runs that are not counted or indexed yet, as last seen",
            self._follower.behind,
        )
