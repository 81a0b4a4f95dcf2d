"""What was found wrong, as data: findings are never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The client drops it, or does something else than what is written."""
    WARNING = "warning"
    """It works, and is probably not what was meant, or costs more than it should."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file as given, a line and a column, from 1."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the rule that found it, where, what it is, and what to do."""

    rule: str
    severity: Severity
    place: Place
    message: str
    tip: str = ""
