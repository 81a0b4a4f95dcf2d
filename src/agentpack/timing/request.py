"""What is sent: one HTTP request, in the terms of the curl command that would send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a multipart form (`-F`): a value, or a file."""

    name: str
    value: str = ""
    file: Path | None = None
    content_type: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer must be, not to count as a failure."""

    statuses: tuple[int, ...] = ()
    """The statuses that are right; empty means any 2xx."""
    schema: Mapping[str, Any] | None = field(default=None, hash=False)
    """JSON Schema (2020-12, references resolved) of the body; `None` leaves the body unchecked."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to be timed, any number of times."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    parts: tuple[Part, ...] = ()
    user: str | None = None
    """`name:password` for basic authentication (`-u`)."""
    follow: bool = False
    """Whether redirects are followed (`-L`)."""
    insecure: bool = False
    """Whether any certificate is taken (`-k`)."""
    operation: str = ""
    """Its name: an OpenAPI operation's `METHOD /path/{id}`, a scenario's step, or empty."""
    expect: Expectation = Expectation()
