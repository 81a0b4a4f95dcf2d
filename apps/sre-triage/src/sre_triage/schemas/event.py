"""Answers about what happened to an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from sre_triage.models import EventKind


class EventDetail(BaseModel):
    """One step; what `data` holds depends on `kind`."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: EventKind
    at: datetime
    data: dict[str, Any]


class EventPage(BaseModel):
    """One page of events, oldest first, and how many there are over all pages."""

    model_config = ConfigDict(from_attributes=True)

    items: list[EventDetail]
    total: int
    page: int
    per_page: int
