"""Start the application anew, watched; send the slow requests again; say why they are slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from agentpack.timing.app import App
from agentpack.timing.curl import Session
from agentpack.timing.request import Request
from agentpack.timing.result import Cause, Endpoint, Span
from agentpack.timing.sample import Sample
from agentpack.timing.server import serving
from agentpack.timing.why.exact import exactly
from agentpack.timing.why.judge import agreed, judge, typical_of
from agentpack.timing.why.receiver import BOOTSTRAP, Received, receiving
from agentpack.timing.why.spans import spans
from agentpack.timing.why.trace import Observed, Part

Explained = tuple[tuple[Cause, ...], tuple[Span, ...]]

TIMES = 3
"""How often each request is sent alone, after the first; where nothing disturbs that is enough."""
MOST = 9
"""How often at most, until so many of them say the same."""
CROWD = 4
"""How many are sent at once, to see what they wait for from each other."""
_MOST_CROWD = 128
_CROWDS = 3
"""How often, until a wait is seen: on a busy machine they may come one after the other."""
_LATE_S = 2.0
_NOTED_S = 0.05


def explain(
    requests: Sequence[Request],
    app: App,
    plain: Mapping[Request, Endpoint],
    *,
    concurrency: int = 1,
    times: int = TIMES,
    budget_s: float | None = None,
    environment: Mapping[str, str] = {},
    timeout_s: float = 30.0,
    ready_s: float = 30.0,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Mapping[Request, Explained]:
    """Why requests are slow, and what the server did on a typical one of each.

    Args:
        requests: what is to be explained.
        app: what serves them; it is started anew.
        plain: what was measured of them without anybody watching, where it was.
        times: how often each request is sent alone, after the first, and more often where these
            do not say the same.
        concurrency: how many were under way at once in that run.
        budget_s: what each may take, where `plain` does not say.
        environment: what the application's environment has beyond its own.
        timeout_s: how long one request may take.
        ready_s: how long the application may take until it answers.
        progress: told how many of all requests are done.

    Raises:
        AgentpackError: the application cannot be served.

    """
    found: dict[Request, Explained] = {}
    with (
        receiving() as received,
        serving(
            app,
            environment={**environment, **received.environment()},
            bootstrap=BOOTSTRAP,
            timeout_s=ready_s,
        ) as server,
        Session() as session,
    ):
        watcher = _Watcher(received, server.base_url, timeout_s)
        for done, request in enumerate(requests):
            progress(done, len(requests), request.operation or request.url)
            first = watcher.send(session, [request], cold=True)
            known = plain.get(request)
            budget = known.budget_s if known else budget_s or 2.0
            warm = watcher.send(session, [request] * times)
            while len(warm) < MOST and not agreed(warm, budget, times):
                warm += watcher.send(session, [request])
            judging = partial(
                judge,
                warm,
                first=first[0],
                budget_s=budget,
                plain_cold=known.cold if known else None,
                plain_warm=known.samples if known else (),
            )
            causes = judging()
            if concurrency > 1 or _waits(warm, causes):
                count = min(_MOST_CROWD, max(CROWD, concurrency))
                for _ in range(_CROWDS):
                    causes = judging(crowd=watcher.crowd(request, count))
                    if not _waits(warm, causes):
                        break
            typical = typical_of(warm, budget, known.samples if known else ())
            rooted = tuple(_from_root(cause, app.directory) for cause in causes)
            found[request] = (rooted, spans(typical))
        progress(len(requests), len(requests), "")
    return found


def _waits(warm: Sequence[Observed], causes: Sequence[Cause]) -> bool:
    """Whether it takes long for a reason that may be others: a lock, a pool."""
    if any(one.sample.error for one in warm) or median(one.seconds for one in warm) < _NOTED_S:
        return False
    return all(cause.kind in {"unknown", "slow-dependency", "cold-start"} for cause in causes)


@dataclass(slots=True)
class _Watcher:
    """Sends requests that the application's process notes, and joins both sides."""

    received: Received
    base_url: str
    timeout_s: float

    def send(
        self, session: Session, requests: Sequence[Request], *, cold: bool = False
    ) -> list[Observed]:
        """Send some, one directly after the other, and wait for what is told of them."""
        sent = [self._one(session, request, cold=cold) for request in requests]
        return self._joined(sent)

    def crowd(self, request: Request, count: int) -> list[Observed]:
        """Send the same request so many times at once."""
        sent: list[tuple[str, float, Sample]] = []
        barrier = threading.Barrier(count)

        def one() -> None:
            with Session() as session:
                barrier.wait()
                sent.append(self._one(session, request, cold=False))

        threads = [threading.Thread(target=one, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._joined(sent)

    def _one(self, session: Session, request: Request, *, cold: bool) -> tuple[str, float, Sample]:
        identity = self.received.new_id()
        headers = [("traceparent", f"00-{identity}-{identity[-16:]}-01")]
        moved = replace(request, url=_moved(request.url, self.base_url))
        sent = time.monotonic()
        answer = session.send(moved, headers=headers, cold=cold, timeout_s=self.timeout_s)
        return identity, sent, answer.sample

    def _joined(self, sent: Sequence[tuple[str, float, Sample]]) -> list[Observed]:
        longest = max(sample.total_s for _, _, sample in sent)
        patience = min(self.timeout_s, _LATE_S + 3 * longest)
        traces = [self.received.trace(identity, timeout_s=patience) for identity, _, _ in sent]
        tasks = [
            part
            for trace in traces
            for part in (trace.parts if trace else ())
            if part.name == "background_task"
        ]
        found = []
        for (_, start, sample), told in zip(sent, traces, strict=True):
            trace, stuck = exactly(told, self.received.stuck(start, start + sample.total_s))
            behind = _behind(tasks, trace.start if trace else start, start)
            found.append(Observed(start, sample, trace, stuck, behind))
        return found


def _behind(tasks: Sequence[Part], start: float, sent: float) -> tuple[Part, ...]:
    return tuple(part for part in tasks if part.start < start and part.end > sent)


def _moved(url: str, base_url: str) -> str:
    """The same request to the server that is watched."""
    base = urlsplit(base_url)
    return urlsplit(url)._replace(scheme=base.scheme, netloc=base.netloc).geturl()


def _from_root(cause: Cause, root: Path) -> Cause:
    """With its file told from the project's root, where it lies below it."""
    if cause.file is None:
        return cause
    folder = root.resolve()
    file = Path(cause.file).resolve()
    return replace(
        cause, file=str(file.relative_to(folder)) if folder in file.parents else str(file)
    )
