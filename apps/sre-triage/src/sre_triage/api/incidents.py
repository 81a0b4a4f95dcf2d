"""Report, read and list incidents."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, HTTPException, Query

from sre_triage import models
from sre_triage.api.dependencies import Db, PageNumber, PerPage, RunTriage
from sre_triage.schemas import IncidentCreate, IncidentDetail, IncidentPage
from sre_triage.services import incidents

router = APIRouter(prefix="/incidents", tags=["incidents"])


@router.post("", status_code=201, response_model=IncidentDetail)
async def create_incident(
    data: IncidentCreate,
    db: Db,
    background_tasks: BackgroundTasks,
    run_triage: RunTriage,
) -> models.Incident:
    """Store a report and answer at once; its triage runs afterwards."""
    incident = await incidents.create_incident(db, **data.model_dump())
    background_tasks.add_task(run_triage, incident.id)
    return incident


@router.get("", response_model=IncidentPage)
async def list_incidents(
    db: Db,
    status: Annotated[models.Status | None, Query()] = None,
    page: PageNumber = 1,
    per_page: PerPage = 20,
) -> incidents.Page:
    """List incidents, newest first."""
    return await incidents.list_incidents(db, status=status, page=page, per_page=per_page)


@router.get("/{incident_id}", response_model=IncidentDetail)
async def get_incident(incident_id: UUID, db: Db) -> models.Incident:
    """Return one incident, or 404."""
    incident = await incidents.get_incident(db, incident_id)
    if incident is None:
        raise HTTPException(status_code=404, detail=f"Incident {incident_id} not found")
    return incident
