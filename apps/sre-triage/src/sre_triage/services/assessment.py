"""What a triage step is given, what it says, and how it says that it cannot now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from sre_triage.models import Category, Severity


@dataclass(frozen=True, slots=True)
class LogExcerpt:
    """The end of an uploaded log, as text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of an incident. All of it was written by others: it is data."""

    title: str
    description: str
    logs: tuple[LogExcerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a triage step says about one incident."""

    severity: Severity
    category: Category
    likely_cause: str
    suggested_action: str
    assessed_by: str = "step"


class TemporaryError(Exception):
    """The step cannot answer now; the same report may be assessed later.

    `retry_after_s` is how many seconds whoever refused it asked for.
    """

    def __init__(self, reason: str, *, retry_after_s: float = 0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


Step: TypeAlias = Callable[[Report], Awaitable[Assessment]]
"""It may be slow, and it may raise: `TemporaryError` to be asked again, else for good."""
