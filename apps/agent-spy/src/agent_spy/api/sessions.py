"""Projects, which the SDK calls sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import Row

from agent_spy.errors import NotFoundError
from agent_spy.services.shape import fragment, iso
from agent_spy.wire.values import microseconds

router = APIRouter(prefix="/sessions", tags=["projects"])
TENANT = "00000000-0000-0000-0000-000000000000"
"""There is one tenant: whoever runs the server."""


class NewProject(BaseModel):
    """What the SDK sends to make a project."""

    id: UUID | None = None
    name: str | None = None
    description: str | None = None
    extra: dict[str, Any] | None = None
    reference_dataset_id: UUID | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None


@router.get("")
async def list_projects(
    request: Request,
    name: str | None = None,
    name_contains: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """List projects, the newest first."""
    rows = await request.app.state.projects.find(
        name=name, name_contains=name_contains, limit=limit, offset=offset
    )
    return _json([_session(row) for row in rows])


@router.post("")
async def create(request: Request, project: NewProject, *, upsert: bool = False) -> Response:
    """Make a project; with `upsert` one of that name may be there already."""
    row = await request.app.state.projects.make(
        project.name or "default", upsert=upsert, **_values(project)
    )
    return _json(_session(row))


@router.get("/{project_id}")
async def read(request: Request, project_id: UUID) -> Response:
    """Give one project."""
    return _json(_session(await _one(request, project_id)))


@router.patch("/{project_id}")
async def change(request: Request, project_id: UUID, project: NewProject) -> Response:
    """Rename or describe a project."""
    values = _values(project) | ({"name": project.name} if project.name else {})
    if values:
        await request.app.state.projects.change(project_id, **values)
    return _json(_session(await _one(request, project_id)))


@router.delete("/{project_id}", status_code=202)
async def delete(request: Request, project_id: UUID) -> dict[str, str]:
    """Delete a project with all its runs."""
    await request.app.state.projects.delete(project_id)
    return {"message": "Project deleted"}


async def _one(request: Request, project_id: UUID) -> Row[Any]:
    rows = await request.app.state.projects.find(project_id=project_id)
    if not rows:
        raise NotFoundError("Project not found")
    row: Row[Any] = rows[0]
    return row


def _values(project: NewProject) -> dict[str, Any]:
    given = project.model_dump(exclude_unset=True, exclude={"id", "name"})
    for time in ("start_time", "end_time"):
        if given.get(time):
            given[time] = microseconds(given[time].isoformat())
    if given.get("extra") is not None:
        given["extra"] = orjson.dumps(given["extra"]).decode()
    return given


def _session(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "tenant_id": TENANT,
        "name": row.name,
        "description": row.description,
        "start_time": iso(row.start_time or row.created_at),
        "end_time": iso(row.end_time),
        "extra": fragment(row.extra),
        "reference_dataset_id": row.reference_dataset_id and str(row.reference_dataset_id),
        "default_dataset_id": None,
        "last_run_start_time": None,
    }


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
