"""What goes over the wire."""

from sre_triage.schemas.incident import IncidentCreate, IncidentDetail, IncidentPage

__all__ = ["IncidentCreate", "IncidentDetail", "IncidentPage"]
