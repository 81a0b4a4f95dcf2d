"""The requests that are to be timed: typed, pasted, from a scenario, or found in OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from agentpack.errors import AgentpackError
from agentpack.timing.curl import Answer, Session
from agentpack.timing.order import Find, Found, Order
from agentpack.timing.request import Request
from agentpack.timing.requests import from_curl, from_options, load_scenario, log_in, play
from agentpack.timing.run import found

OPENAPI = "/openapi.json"


def typed(urls: Sequence[str], options: Sequence[str]) -> Find:
    """The URLs that were given, each with the same options of curl; a path is the app's."""

    def find(_: Session, base_url: str) -> Found:
        return Found(
            tuple(from_options([*options, joined(base_url, url)]) for url in dict.fromkeys(urls))
        )

    return find


def pasted(words: Sequence[str]) -> Find:
    """A curl command line, as the shell's words or as one text."""
    if len(words) > 1 and words[0].rpartition("/")[2] != "curl":
        raise AgentpackError(f"after -- comes a curl line, not {words[0]}", mend="-- curl … URL")
    request = from_curl(words[0]) if len(words) == 1 else from_options(words[1:])
    return lambda *_: Found((request,))


def scenario(path: Path) -> Find:
    """The steps of a scenario's file; its login is sent before anything is timed."""
    loaded = load_scenario(path)

    def find(session: Session, base_url: str) -> Found:
        base = loaded.base or base_url
        if not base:
            raise AgentpackError(
                "nothing says where the scenario's server is", path=path, mend="add base: URL"
            )
        values = log_in(loaded, base, session.send)

        def go(send: Callable[[Request], Answer]) -> None:
            for _ in play(loaded, base, values, send):
                pass

        return Found(play=go, budgets={s.name: s.budget_s for s in loaded.steps if s.budget_s})

    return find


def discovered(where: str, options: Sequence[str], *, unsafe: bool) -> Find:
    """The operations of an OpenAPI document.

    Args:
        where: its URL, or its path on the app.
        options: curl's options, of which headers, user and `-k` go with every request.
        unsafe: call what may change data too.

    """

    def find(session: Session, base_url: str) -> Found:
        from agentpack.timing.requests.openapi import discover, parse  # noqa: PLC0415 - heavy

        pattern = from_options([*options, joined(base_url, where)])
        answer = session.send(replace(pattern, method="GET", body=None, parts=(), follow=True))
        error = answer.sample.error or (
            f"status {answer.sample.status}" if answer.sample.status != 200 else None  # noqa: PLR2004
        )
        if error:
            raise AgentpackError(
                f"no OpenAPI document at {pattern.url}: {error}",
                mend="name requests, or the document with --openapi",
            )
        parts = urlsplit(pattern.url)
        sent: list[tuple[Request, Answer]] = []

        def call(request: Request) -> Answer:
            # What is found is timed: this is its first, and so its cold request.
            sent.append((request, session.send(request, cold=True)))
            return sent[-1][1]

        discovery = discover(
            parse(answer.body, pattern.url),
            base_url or f"{parts.scheme}://{parts.netloc}",
            call,
            unsafe=unsafe,
            headers=pattern.headers,
            user=pattern.user,
            insecure=pattern.insecure,
        )
        return Found(discovery.requests, skipped=discovery.skipped, sent=sent)

    return find


def joined(base_url: str, url: str) -> str:
    """A URL; what begins with a slash is a path on the app."""
    return f"{base_url}{url}" if url.startswith("/") else url


def as_locust(order: Order, scenario_file: Path | None, name: str) -> str:
    """The Locust file of an order; a scenario's keeps its login and what it captures.

    Raises:
        AgentpackError: the requests cannot be found.

    """
    from agentpack.timing.export import locust, locust_scenario  # noqa: PLC0415 - rarely asked

    if scenario_file is not None:
        loaded = load_scenario(scenario_file)
        return locust_scenario(loaded, loaded.base or "http://localhost:8000", file=name)
    with found(order) as (requests, base_url):
        parts = urlsplit(requests.requests[0].url) if requests.requests else None
        if parts is None:
            raise AgentpackError("there is nothing to export")
        base = base_url or f"{parts.scheme}://{parts.netloc}"
        return locust(requests.requests, base, file=name)
