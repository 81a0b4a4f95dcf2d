"""Files of runs, behind signed addresses: no key is asked for."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

router = APIRouter(tags=["attachments"])
_HEADERS = {
    # What it holds came from outside: a browser must neither guess at it nor run it.
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=3600",
}


@router.get("/attachments/{run_id:uuid}/{name:path}")
async def read(
    request: Request,
    run_id: UUID,
    name: str,
    until: Annotated[int, Query(ge=0, le=1 << 40)],
    signature: str,
) -> Response:
    """Give a file."""
    kind, data = await request.app.state.attachments.read(run_id, name, until, signature)
    safe = kind if kind.isascii() and kind.isprintable() and kind else "application/octet-stream"
    return Response(data, media_type=safe, headers=_HEADERS)
