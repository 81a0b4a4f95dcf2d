"""Upload logs to an incident, list them, and read them back."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, UploadFile
from fastapi.responses import StreamingResponse

from sre_triage import models
from sre_triage.api.dependencies import Db, PageNumber, PerPage, SessionFactory, or_404
from sre_triage.api.problems import problems
from sre_triage.schemas import LogDetail, LogPage
from sre_triage.services import logs
from sre_triage.services.pages import Page

_FORM_BYTES = 64 * 1024
"""What a multipart form has around its file."""

router = APIRouter(
    prefix="/incidents/{incident_id}/logs", tags=["logs"], responses=problems(404, 422)
)


@router.post(
    "",
    status_code=201,
    response_model=LogDetail,
    max_body_size=logs.MAX_LOG_BYTES + _FORM_BYTES,
    responses=problems(400, 413),
)
async def upload_log(incident_id: UUID, file: UploadFile, db: Db) -> models.Log:
    """Keep a log as it is, up to 10 MiB. The next triage of the incident sees its end."""
    name = file.filename or ""
    return or_404(
        await logs.store_log(db, incident_id, name=name, read=file.read),
        f"Incident {incident_id}",
    )


@router.get("", response_model=LogPage)
async def list_logs(
    incident_id: UUID, db: Db, page: PageNumber = 1, per_page: PerPage = 20
) -> Page[models.Log]:
    """List an incident's logs, newest first."""
    return or_404(
        await logs.list_logs(db, incident_id, page=page, per_page=per_page),
        f"Incident {incident_id}",
    )


@router.get(
    "/{log_id}",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The log's bytes",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def get_log(
    incident_id: UUID, log_id: UUID, db: Db, sessions: SessionFactory
) -> StreamingResponse:
    """Return a log as the bytes that came. A browser keeps it and never shows it as a page."""
    log = or_404(await logs.get_log(db, incident_id, log_id), f"Log {log_id}")
    return StreamingResponse(
        logs.read_log(sessions, log),
        media_type="application/octet-stream",
        headers={
            "Content-Length": str(log.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(log.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
        },
    )
