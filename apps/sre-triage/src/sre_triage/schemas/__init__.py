"""What goes over the wire."""

from sre_triage.schemas.event import EventDetail, EventPage
from sre_triage.schemas.incident import (
    IncidentCreate,
    IncidentDetail,
    IncidentPage,
    IncidentUpdate,
)
from sre_triage.schemas.log import LogDetail, LogPage
from sre_triage.schemas.problem import Problem

__all__ = [
    "EventDetail",
    "EventPage",
    "IncidentCreate",
    "IncidentDetail",
    "IncidentPage",
    "IncidentUpdate",
    "LogDetail",
    "LogPage",
    "Problem",
]
