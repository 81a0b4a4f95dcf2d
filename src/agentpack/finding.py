"""What was found wrong, as data: findings are never exceptions."""

from __future__ import annotations

from enum import StrEnum

from agentpack.record import Record


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The client drops it, or does something else than what is written."""
    WARNING = "warning"
    """It works, and is probably not what was meant, or costs more than it should."""


class Place(Record):
    """Where something stands: a file as given, a line and a column, from 1."""

    path: str
    line: int = 1
    column: int = 1


class Finding(Record):
    """One fault: the rule that found it, where, what it is, and what to do."""

    rule: str
    severity: Severity
    place: Place
    message: str
    tip: str = ""
