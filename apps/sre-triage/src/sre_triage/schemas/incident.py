"""Requests and answers about incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from typing_extensions import TypedDict

from sre_triage.models import Category, Severity, Status

# PostgreSQL cannot store NUL, so no database gets to see one.
_NO_NUL = r"^[^\x00]*$"

_Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NUL)
]
_Description = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=10_000, pattern=_NO_NUL)
]
_Finding = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=_NO_NUL)
]


class IncidentCreate(BaseModel):
    """What a reporter sends."""

    model_config = ConfigDict(extra="forbid")

    title: _Title
    description: _Description = ""


class IncidentUpdate(TypedDict, total=False):
    """What to change. A field that is left out stays as it is; none can be made null."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    title: _Title
    description: _Description
    status: Literal[Status.RESOLVED]
    severity: Severity
    category: Category
    likely_cause: _Finding
    suggested_action: _Finding


class IncidentDetail(BaseModel):
    """One incident; the fields of its triage are null until it was triaged once."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    description: str
    status: Status
    created_at: datetime
    triaged_at: datetime | None
    severity: Severity | None
    category: Category | None
    likely_cause: str | None
    suggested_action: str | None
    assessed_by: str | None
    failure_reason: str | None
    version: int


class IncidentPage(BaseModel):
    """One page of incidents, newest first, and how many there are over all pages."""

    model_config = ConfigDict(from_attributes=True)

    items: list[IncidentDetail]
    total: int
    page: int
    per_page: int
