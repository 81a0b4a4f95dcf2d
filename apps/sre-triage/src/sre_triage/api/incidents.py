"""Report, read, list and change incidents."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Response

from sre_triage import models
from sre_triage.api.dependencies import (
    Db,
    ExpectedVersion,
    PageNumber,
    PerPage,
    StartTriage,
    or_404,
)
from sre_triage.api.problems import problems
from sre_triage.schemas import (
    EventPage,
    IncidentCreate,
    IncidentDetail,
    IncidentPage,
    IncidentUpdate,
)
from sre_triage.services import incidents, timeline
from sre_triage.services.pages import Page
from sre_triage.services.triage import Ticket

router = APIRouter(prefix="/incidents", tags=["incidents"], responses=problems(422))


@router.post("", status_code=201, response_model=IncidentDetail, responses=problems(400, 413))
async def create_incident(
    data: IncidentCreate,
    response: Response,
    db: Db,
    background_tasks: BackgroundTasks,
    start_triage: StartTriage,
) -> models.Incident:
    """Store a report and answer at once; its triage runs afterwards."""
    incident = await incidents.create_incident(db, **data.model_dump())
    background_tasks.add_task(start_triage, Ticket(incident.id, incident.triage_round))
    response.headers["Location"] = f"/incidents/{incident.id}"
    response.headers["ETag"] = _etag(incident)
    return incident


@router.get("", response_model=IncidentPage)
async def list_incidents(
    db: Db,
    status: Annotated[models.Status | None, Query()] = None,
    page: PageNumber = 1,
    per_page: PerPage = 20,
) -> Page[models.Incident]:
    """List incidents, newest first."""
    return await incidents.list_incidents(db, status=status, page=page, per_page=per_page)


@router.get("/{incident_id}", response_model=IncidentDetail, responses=problems(404))
async def get_incident(incident_id: UUID, response: Response, db: Db) -> models.Incident:
    """Return one incident, or 404."""
    incident = or_404(await incidents.get_incident(db, incident_id), f"Incident {incident_id}")
    response.headers["ETag"] = _etag(incident)
    return incident


@router.patch(
    "/{incident_id}",
    response_model=IncidentDetail,
    responses=problems(400, 404, 409, 412, 413),
)
async def update_incident(
    incident_id: UUID,
    data: IncidentUpdate,
    response: Response,
    db: Db,
    version: ExpectedVersion,
) -> models.Incident:
    """Change an incident; with `If-Match`, only if nobody changed it since it was read."""
    incident = or_404(
        await incidents.update_incident(db, incident_id, data, version=version),
        f"Incident {incident_id}",
    )
    response.headers["ETag"] = _etag(incident)
    return incident


@router.post(
    "/{incident_id}/triage",
    status_code=202,
    response_model=IncidentDetail,
    responses=problems(404, 409),
)
async def request_triage(
    incident_id: UUID,
    response: Response,
    db: Db,
    background_tasks: BackgroundTasks,
    start_triage: StartTriage,
) -> models.Incident:
    """Triage an incident again, as after a failure or with a new log."""
    incident = or_404(await incidents.request_triage(db, incident_id), f"Incident {incident_id}")
    background_tasks.add_task(start_triage, Ticket(incident.id, incident.triage_round))
    response.headers["Location"] = f"/incidents/{incident.id}"
    response.headers["ETag"] = _etag(incident)
    return incident


@router.get("/{incident_id}/timeline", response_model=EventPage, responses=problems(404))
async def list_events(
    incident_id: UUID, db: Db, page: PageNumber = 1, per_page: PerPage = 20
) -> Page[models.Event]:
    """List what happened to an incident, oldest first."""
    return or_404(
        await timeline.list_events(db, incident_id, page=page, per_page=per_page),
        f"Incident {incident_id}",
    )


def _etag(incident: models.Incident) -> str:
    return f'"{incident.version}"'
