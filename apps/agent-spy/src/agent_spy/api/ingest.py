"""Where SDKs send runs: multipart, batch, and one by one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from agent_spy.api.body import read_body
from agent_spy.api.caller import Only
from agent_spy.services.ingest import Outcome
from agent_spy.wire.message import Incoming
from agent_spy.wire.multipart import gather
from agent_spy.wire.values import run_id

router = APIRouter(tags=["ingest"])


class _Batch(msgspec.Struct):
    post: list[msgspec.Raw] | None = None
    patch: list[msgspec.Raw] | None = None


_read_batch = msgspec.json.Decoder(_Batch).decode


@router.post("/runs/multipart", status_code=202)
async def multipart(request: Request, only: Only) -> JSONResponse:
    """Take runs, attachments and feedback as parts of one body."""
    parts = gather(request.headers.get("content-type", ""), await read_body(request))
    files = []
    for file in parts.attachments:
        try:
            run_id(file.run_id)
        except ValueError as error:
            parts.faults.append((file.run_id, str(error)))
        else:
            files.append(file)
    outcome = await request.app.state.ingest.take(parts.runs, files, only=only)
    outcome.errors += await request.app.state.feedback.take(parts.feedback, only=only)
    outcome.errors += [{"id": name, "error": reason} for name, reason in parts.faults]
    return _answer(outcome, 202)


@router.post("/runs/batch", status_code=202)
async def batch(request: Request, only: Only) -> JSONResponse:
    """Take runs as `{"post": […], "patch": […]}`."""
    try:
        found = _read_batch(await read_body(request))
    except msgspec.MsgspecError as error:
        raise HTTPException(422, f"The body is no batch: {error}") from None
    messages = [Incoming(patch=False, message=raw) for raw in found.post or ()]
    messages += [Incoming(patch=True, message=raw) for raw in found.patch or ()]
    del found
    return _answer(await request.app.state.ingest.take(messages, only=only), 202)


@router.post("/runs", status_code=202)
async def create(request: Request, only: Only) -> JSONResponse:
    """Take one run."""
    return await _single(request, only, patch=False)


@router.patch("/runs/{run_id:uuid}", status_code=202)
async def update(request: Request, run_id: UUID, only: Only) -> JSONResponse:
    """Take what is new of one run; it need not be known yet."""
    return await _single(request, only, patch=True, run_id=str(run_id))


async def _single(
    request: Request, only: bytes | None, *, patch: bool, run_id: str | None = None
) -> JSONResponse:
    messages = [Incoming(patch=patch, message=await read_body(request), run_id=run_id)]
    outcome = await request.app.state.ingest.take(messages, only=only)
    if outcome.errors:
        raise HTTPException(422, outcome.errors[0]["error"])
    return _answer(outcome, 202)


def _answer(outcome: Outcome, status: int) -> JSONResponse:
    content: dict[str, Any] = {
        "success": not outcome.errors,
        "created_count": outcome.created,
        "updated_count": outcome.updated,
        "errors": outcome.errors,
    }
    return JSONResponse(content, status_code=status)
