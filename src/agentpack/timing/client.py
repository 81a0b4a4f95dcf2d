"""A small client for tests: what it sends is timed by libcurl, and kept for the budget."""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from agentpack.timing.curl import Session
from agentpack.timing.handle import TIMEOUT_S
from agentpack.timing.request import Request
from agentpack.timing.requests import to_curl
from agentpack.timing.requests.encoding import decoded
from agentpack.timing.sample import Sample

_SAFE = ("GET", "HEAD")
Pairs = Mapping[str, Any] | Sequence[tuple[str, Any]]


class NoAnswerError(Exception):
    """No whole answer came; the message says why, and what the server printed last."""


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """An answer, with what was measured of it."""

    request: Request
    status: int
    headers: Mapping[str, str]
    """By name in lower case; of a header that came several times, the values joined by `, `."""
    body: bytes
    """As it came, compressed or not."""
    sample: Sample

    @property
    def content(self) -> bytes:
        """The body, with gzip and deflate undone."""
        return decoded(tuple(self.headers.items()), self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(errors="replace")

    @property
    def curl(self) -> str:
        """The command that sends the same request."""
        return to_curl(self.request)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none.
        """
        return _json.loads(self.content)


class TimedClient:
    """Sends requests to one server, on one connection that it keeps.

    Args:
        base_url: where paths begin.
        session: what sends.
        timeout_s: how long a request may take.

    Attributes:
        headers: sent with every request, such as `Authorization`.

    """

    def __init__(self, base_url: str, session: Session, *, timeout_s: float = TIMEOUT_S) -> None:
        self.base_url = base_url.rstrip("/")
        self.headers: dict[str, str] = {}
        self._session, self._timeout_s = session, timeout_s
        self._sent: dict[tuple[str, str], list[tuple[Request, Sample]]] = {}

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = ...,
        data: Pairs | None = None,
        content: bytes | str | None = None,
        user: str | None = None,
    ) -> TimedAnswer:
        """Send one request.

        Args:
            method: GET, POST, …
            url: a path on the server, or a whole URL.
            params: for the query.
            headers: besides the client's own.
            json: any value, for a body of JSON.
            data: fields, for the body of a form.
            content: a body as it is.
            user: `name:password` for basic authentication.

        Raises:
            NoAnswerError: no whole answer came.
        """
        whole = url if "://" in url else f"{self.base_url}/{url.lstrip('/')}"
        if params:
            whole += ("&" if "?" in whole else "?") + urlencode(params, doseq=True)
        named = {**self.headers, **(headers or {})}
        body = content.encode() if isinstance(content, str) else content
        kind = ""
        if json is not ...:
            body, kind = _json.dumps(json).encode(), "application/json"
        elif data is not None:
            body, kind = urlencode(data, doseq=True).encode(), "application/x-www-form-urlencoded"
        if kind and all(name.lower() != "content-type" for name in named):
            named["Content-Type"] = kind
        return self._send(Request(method.upper(), whole, tuple(named.items()), body, user=user))

    def get(self, url: str, **options: Any) -> TimedAnswer:
        """Send a GET; the options are those of `request`."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Any) -> TimedAnswer:
        """Send a HEAD."""
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Any) -> TimedAnswer:
        """Send a POST."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> TimedAnswer:
        """Send a PUT."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Any) -> TimedAnswer:
        """Send a PATCH."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> TimedAnswer:
        """Send a DELETE."""
        return self.request("DELETE", url, **options)

    def _send(self, request: Request) -> TimedAnswer:
        answer = self._session.send(request, timeout_s=self._timeout_s)
        if answer.sample.error is not None:
            raise NoAnswerError(f"{request.method} {request.url}: {answer.sample.error}")
        key = (request.method, request.url)
        self._sent.setdefault(key, []).append((request, answer.sample))
        headers: dict[str, str] = {}
        for name, value in answer.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return TimedAnswer(request, answer.sample.status, headers, answer.body, answer.sample)

    def over(self, budget_s: float, count: int) -> list[str]:
        """What broke a budget, each with its figures; empty if nothing did.

        GET and HEAD that were sent on a kept connection less than `count` times are sent again
        until they were: one sample says little. What may change data is judged by what was sent.

        Args:
            budget_s: the most that the median of one request may take, in seconds.
            count: how many samples a median is made of.

        """
        for (method, _), sent in list(self._sent.items()):
            for _ in range(count - len(_warm(sent)) if method in _SAFE else 0):
                self._send(sent[-1][0])
        return [
            _figures(sent, budget_s)
            for sent in self._sent.values()
            if median(each.total_s for each in _judged(sent)) > budget_s
        ]


def _warm(sent: Sequence[tuple[Request, Sample]]) -> list[Sample]:
    return [sample for _, sample in sent if not sample.cold]


def _judged(sent: Sequence[tuple[Request, Sample]]) -> list[Sample]:
    return _warm(sent) or [sample for _, sample in sent]


def _figures(sent: Sequence[tuple[Request, Sample]], budget_s: float) -> str:
    request, samples = sent[-1][0], _judged(sent)
    totals = [each.total_s for each in samples]
    ready = [max(each.dns_s, each.connect_s, each.tls_s) for each in samples]
    phases = {
        "dns": [each.dns_s for each in samples],
        "connect": [max(0.0, each.connect_s - each.dns_s) for each in samples],
        "tls": [max(0.0, each.tls_s - each.connect_s) for each in samples],
        "wait": [each.ttfb_s - start for each, start in zip(samples, ready, strict=True)],
        "body": [each.total_s - each.ttfb_s for each in samples],
    }
    kind = "warm" if _warm(sent) else "cold"
    requests = "request" if len(samples) == 1 else "requests"
    return (
        f"{request.method} {request.url}\n"
        f"    median {median(totals) * 1000:.1f} ms of {len(samples)} {kind} {requests}"
        f" (min {min(totals) * 1000:.1f}, max {max(totals) * 1000:.1f})"
        f", budget {budget_s * 1000:g} ms\n"
        f"    {', '.join(f'{name} {median(v) * 1000:.1f}' for name, v in phases.items())} ms\n"
        f"    {to_curl(request)}"
    )
