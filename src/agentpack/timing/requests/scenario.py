"""Requests that follow each other: a login, values taken from answers, steps that use them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

from agentpack.errors import AgentpackError
from agentpack.timing.request import Expectation, Request
from agentpack.timing.requests.answer import Answered, Send
from agentpack.timing.requests.capture import take
from agentpack.timing.requests.template import HOLE, as_text, fill, fill_all, hidden


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a scenario. Its texts may have `${name}` in them."""

    name: str
    method: str
    url: str
    line: int
    headers: tuple[tuple[str, str], ...] = ()
    payload: Literal["json", "form", "body"] | None = None
    content: Any = None
    """What the payload is made of: any JSON value, a form's fields, or a text."""
    user: str | None = None
    status: tuple[int, ...] = ()
    capture: tuple[tuple[str, str], ...] = ()
    """Names, each with the place in the answer that it is read from."""
    budget_s: float | None = None
    repeat: int = 1
    """How often it is sent in each pass."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario's file, read and checked."""

    path: Path
    base: str | None
    login: tuple[Step, ...]
    """Sent once, before anything is timed."""
    steps: tuple[Step, ...]
    values: Mapping[str, Any]
    """Its variables, and what it reads from the environment."""


@dataclass(frozen=True, slots=True)
class Played:
    """One step as it was sent in one pass."""

    step: Step
    request: Request
    answer: Answered


def request_of(step: Step, base_url: str, values: Mapping[str, Any]) -> Request:
    """The request that a step sends with these values."""
    url = HOLE.sub(lambda match: quote(as_text(values[match[1]]), safe=""), step.url)
    if "://" not in url:
        url = f"{base_url.rstrip('/')}/{url.lstrip('/')}"
    headers = [(name, hidden(value, values)) for name, value in step.headers]
    body: bytes | None = None
    content_type = ""
    if step.payload == "json":
        body = json.dumps(fill_all(step.content, values), ensure_ascii=False).encode()
        content_type = "application/json"
    elif step.payload == "form":
        fields = {name: _form(value, values) for name, value in step.content.items()}
        body = urlencode(fields, doseq=True).encode()
        content_type = "application/x-www-form-urlencoded"
    elif step.payload == "body":
        body = fill(step.content, values).encode()
    if content_type and all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    return Request(
        method=step.method,
        url=url,
        headers=tuple(headers),
        body=body,
        user=None if step.user is None else hidden(step.user, values),
        operation=step.name,
        expect=Expectation(statuses=step.status),
    )


def _form(value: Any, values: Mapping[str, Any]) -> str | list[str]:
    filled = fill_all(value, values)
    if isinstance(filled, list):
        return [as_text(each) for each in filled]
    return as_text(filled)


def log_in(scenario: Scenario, base_url: str, send: Send) -> dict[str, Any]:
    """Send the login's steps once; the values that all steps may use from then on.

    Raises:
        AgentpackError: one fails, or its answer has not what is captured of it.
    """
    values = dict(scenario.values)
    for step in scenario.login:
        _go(scenario, step, base_url, values, send)
    return values


def play(
    scenario: Scenario, base_url: str, values: Mapping[str, Any], send: Send
) -> Iterator[Played]:
    """One pass: each step in its order, as often as it says, with what earlier ones captured.

    Args:
        scenario: what to play.
        base_url: where paths begin.
        values: what `log_in` gave.
        send: sends one request.

    Raises:
        AgentpackError: an answer has not what is captured of it.
    """
    known = dict(values)
    for step in scenario.steps:
        for _ in range(step.repeat):
            yield _go(scenario, step, base_url, known, send)


def _go(
    scenario: Scenario, step: Step, base_url: str, values: dict[str, Any], send: Send
) -> Played:
    request = request_of(step, base_url, values)
    answer = send(request)
    sample = answer.sample
    right = sample.status in step.status if step.status else sample.status // 100 == 2  # noqa: PLR2004
    if not right and (step.capture or step in scenario.login):
        said = sample.error or f"answered {sample.status}: {_start(answer.body)}"
        raise AgentpackError(
            f"step {step.name!r} {said}", path=scenario.path, line=step.line, mend=_mend(step)
        )
    for name, place in step.capture:
        try:
            value = take(place, answer.headers, answer.body)
        except (LookupError, ValueError) as error:
            raise AgentpackError(
                f"step {step.name!r} cannot capture {name}: {error.args[0]}",
                path=scenario.path,
                line=step.line,
                mend=f"see the answer, and mend the place {place!r}",
            ) from None
        values[name] = value
    return Played(step, request, answer)


def _start(body: bytes) -> str:
    text = " ".join(body[:200].decode(errors="replace").split())
    return text or "an empty body"


def _mend(step: Step) -> str:
    if step.status:
        return f"it is to answer {' or '.join(map(str, step.status))}"
    return "mend the step, or say which status is right: status: N"
