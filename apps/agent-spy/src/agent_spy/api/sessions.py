"""Projects, which the SDK calls sessions."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Json, TypeAdapter, WithJsonSchema

from agent_spy.api.answer import kept
from agent_spy.api.caller import Only
from agent_spy.api.info import TENANT
from agent_spy.errors import NotFoundError
from agent_spy.repositories.runs import AnyRow
from agent_spy.schemas.values import Moment
from agent_spy.services.shape import fragment, iso, text
from agent_spy.wire.values import microseconds

router = APIRouter(prefix="/sessions", tags=["projects"])
Metadata = Annotated[str, WithJsonSchema({"type": "string", "format": "json-object"})]
_read_metadata = TypeAdapter(Json[dict[str, Any]]).validate_python


class NewProject(BaseModel):
    """What the SDK sends to make or change a project; null says nothing."""

    id: UUID | None = None
    name: str | None = None
    description: str | None = None
    extra: dict[str, Any] | None = None
    reference_dataset_id: UUID | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


@router.get("")
async def list_projects(
    request: Request,
    only: Only,
    id: Annotated[list[UUID] | None, Query()] = None,
    name: str | None = None,
    name_contains: str | None = None,
    reference_dataset: Annotated[list[UUID] | None, Query()] = None,
    reference_free: bool | None = None,  # noqa: FBT001 - it is a query's parameter
    metadata: Metadata | None = None,
    include_stats: bool = False,  # noqa: FBT001, FBT002
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """List projects, the newest first."""

    async def make() -> bytes:
        rows = await request.app.state.projects.find(
            ids=id,
            name=name,
            name_contains=name_contains,
            datasets=reference_dataset,
            dataset_free=reference_free,
            metadata=_read_metadata(metadata) if metadata else None,
            limit=limit,
            offset=offset,
            only=only,
        )
        return orjson.dumps([await _whole(request, row, stats=include_stats) for row in rows])

    return await kept(request, only, make)


@router.get("/resolutions")
async def resolve(
    request: Request,
    only: Only,
    kind: str,
    id: str | None = None,
    environment: str | None = None,
) -> dict[str, str]:
    """Find the project that an agent's address names."""
    if kind.upper() == "AGENT" and id and environment:
        name = f"agents/{id}/environments/{environment.lower()}"
        rows = await request.app.state.projects.find(name=name, only=only)
        if rows:
            return {"session_id": str(rows[0].id)}
    raise NotFoundError("No project has this address")


@router.post("")
async def create(
    request: Request, project: NewProject, only: Only, *, upsert: bool = False
) -> Response:
    """Make a project; with `upsert` one of that name may be there already."""
    row = await request.app.state.projects.make(
        project.name or "default", upsert=upsert, only=only, **_values(project)
    )
    return _json(_session(row))


@router.get("/{project_id:uuid}")
async def read(
    request: Request,
    project_id: UUID,
    only: Only,
    include_stats: bool = False,  # noqa: FBT001, FBT002 - it is a query's parameter
) -> Response:
    """Give one project."""

    async def make() -> bytes:
        row = await _one(request, project_id, only)
        return orjson.dumps(await _whole(request, row, stats=include_stats))

    return await kept(request, only, make)


@router.patch("/{project_id:uuid}")
async def change(request: Request, project_id: UUID, project: NewProject, only: Only) -> Response:
    """Rename or describe a project."""
    await _one(request, project_id, only)
    values = _values(project) | ({"name": project.name} if project.name else {})
    if values:
        await request.app.state.projects.change(project_id, **values)
    return _json(_session(await _one(request, project_id, only)))


@router.delete("/{project_id:uuid}", status_code=202)
async def delete(request: Request, project_id: UUID, only: Only) -> dict[str, str]:
    """Delete a project with all its runs."""
    await _one(request, project_id, only)
    await request.app.state.projects.delete(project_id)
    return {"message": "Project deleted"}


async def _one(request: Request, project_id: UUID, only: bytes | None) -> AnyRow:
    rows = await request.app.state.projects.find(ids=[project_id], only=only)
    if not rows:
        raise NotFoundError("Project not found")
    row: AnyRow = rows[0]
    return row


def _values(project: NewProject) -> dict[str, Any]:
    given = project.model_dump(exclude_none=True, exclude={"id", "name"})
    for time in ("start_time", "end_time"):
        if time in given:
            given[time] = microseconds(given[time].isoformat())
    if "extra" in given:
        given["extra"] = json.dumps(given["extra"], ensure_ascii=False)
    if "description" in given:
        given["description"] = given["description"].replace("\0", "\ufffd")
    return given


async def _whole(request: Request, row: AnyRow, *, stats: bool) -> dict[str, Any]:
    summed = await request.app.state.sums.of_project(row.id) if stats else {}
    return _session(row) | summed


def _session(row: AnyRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "tenant_id": TENANT,
        "name": row.name,
        "description": row.description,
        "start_time": iso(row.start_time or row.created_at),
        "end_time": iso(row.end_time),
        "extra": fragment(row.extra),
        "reference_dataset_id": text(row.reference_dataset_id),
        "default_dataset_id": None,
        "trace_tier": None,
        "last_run_start_time": None,
    }


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
