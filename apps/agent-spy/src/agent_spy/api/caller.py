"""What routes know of who calls them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request


async def only(request: Request) -> bytes | None:
    """The one project that the caller's key opens; `None` where it opens all."""
    project: UUID | bytes | None = getattr(request.state, "only", None)
    return project.bytes if isinstance(project, UUID) else project


async def base(request: Request) -> str:
    """The address of the API, as the caller reached it."""
    prefix: str = request.app.state.settings.api_prefix
    return str(request.base_url).rstrip("/") + prefix


Only = Annotated[bytes | None, Depends(only)]
Base = Annotated[str, Depends(base)]
