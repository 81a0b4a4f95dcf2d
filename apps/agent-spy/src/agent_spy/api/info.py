"""What SDKs ask first: how to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

router = APIRouter(tags=["service"])
TENANT = "00000000-0000-0000-0000-000000000000"
"""There is one tenant: whoever runs the server."""
_HANDLE = "agent-spy-local"

SPOKEN_VERSION = "0.18.0"
"""The least version of LangSmith's server with which today's SDKs use all that is served here."""


@router.get("/ok")
async def ok() -> dict[str, bool]:
    """Say that the API is there."""
    return {"ok": True}


@router.get("/settings")
async def settings(request: Request) -> dict[str, Any]:
    """Tell the SDK whose server it is: there is one tenant."""
    started: datetime = request.app.state.started
    return {
        "id": TENANT,
        "display_name": request.app.state.settings.app_name,
        "created_at": started.isoformat(),
        "tenant_handle": _HANDLE,
    }


@router.get("/info")
async def info(request: Request) -> dict[str, Any]:
    """Tell the SDK how to batch. Were a key missing, the SDK's thread would die."""
    settings = request.app.state.settings
    return {
        "version": SPOKEN_VERSION,
        "license_expiration_time": None,
        "tenant_handle": _HANDLE,
        "batch_ingest_config": {
            "use_multipart_endpoint": True,
            "size_limit": 100,  # runs
            "size_limit_bytes": settings.max_body_bytes,
            "scale_up_qsize_trigger": 1000,
            "scale_up_nthreads_limit": 16,
            "scale_down_nempty_trigger": 4,
        },
        "instance_flags": {
            "zstd_compression_enabled": True,
            "gzip_body_enabled": True,
            "multipart_enabled": True,
        },
        "customer_info": None,
    }
