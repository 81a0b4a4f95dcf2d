"""The tables."""

from sre_triage.models.base import Base
from sre_triage.models.incident import Category, Incident, Severity, Status

__all__ = ["Base", "Category", "Incident", "Severity", "Status"]
