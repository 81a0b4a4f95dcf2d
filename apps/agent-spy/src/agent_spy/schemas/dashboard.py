"""What the dashboard shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

Status = Literal["running", "completed", "failed"]


class TraceRun(BaseModel):
    """The root of a trace."""

    id: UUID
    name: str
    run_type: str
    status: Status
    start_time: datetime | None
    end_time: datetime | None
    duration_ms: float | None
    inputs: Any
    outputs: Any
    project_name: str | None


class RootRunsResponse(BaseModel):
    """A page of traces, newest first."""

    runs: list[TraceRun]
    total: int
    limit: int
    offset: int
    has_more: bool


class RunHierarchyNode(BaseModel):
    """A run with those below it."""

    id: UUID
    name: str
    run_type: str
    status: Status
    start_time: datetime | None
    end_time: datetime | None
    duration_ms: float | None
    children: list[RunHierarchyNode]


class RunHierarchyResponse(BaseModel):
    """A trace as a tree."""

    root_run_id: UUID
    hierarchy: RunHierarchyNode
    total_runs: int
    max_depth: int


class DashboardStats(BaseModel):
    """How many of what there are."""

    total_runs: int
    total_traces: int
    recent_runs_24h: int
    status_distribution: dict[str, int]
    run_type_distribution: dict[str, int]
    project_distribution: dict[str, int]


class RecentProject(BaseModel):
    """A project, by its last activity."""

    name: str
    total_runs: int
    total_traces: int
    last_activity: datetime | None


class Summary(BaseModel):
    """Counts, and the projects that were active last."""

    stats: DashboardStats
    recent_projects: list[RecentProject]
    timestamp: datetime
