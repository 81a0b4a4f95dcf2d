"""The tables."""

from sre_triage.models.base import Base
from sre_triage.models.event import Event, EventKind
from sre_triage.models.incident import Category, Incident, Severity, Status
from sre_triage.models.log import Log, LogChunk

__all__ = [
    "Base",
    "Category",
    "Event",
    "EventKind",
    "Incident",
    "Log",
    "LogChunk",
    "Severity",
    "Status",
]
