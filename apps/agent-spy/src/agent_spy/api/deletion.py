"""Deleting runs and traces."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from agent_spy.api.caller import Only

router = APIRouter(tags=["deletion"])


@router.delete("/runs/{run_id:uuid}")
async def run(request: Request, run_id: UUID, only: Only) -> dict[str, int]:
    """Delete a run and all below it. What is sent of it later makes it anew."""
    return {"deleted": await request.app.state.deletion.run(run_id, only=only)}


@router.delete("/traces/{trace_id:uuid}")
async def trace(request: Request, trace_id: UUID, only: Only) -> dict[str, int]:
    """Delete every run of a trace. What is sent of it later makes it anew."""
    return {"deleted": await request.app.state.deletion.trace(trace_id, only=only)}
