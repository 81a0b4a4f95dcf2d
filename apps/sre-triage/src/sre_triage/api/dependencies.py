"""What routes ask for by type."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

_LAST_PAGE = 1_000_000  # keeps the offset within what every database can count


async def get_db(request: Request) -> AsyncIterator[AsyncSession]:
    """Open a session for one request. It does not commit: the services do."""
    async with request.state.sessions() as db:
        yield db


# Function scope closes the session before the answer is sent. With the default scope a session
# that read last would hold its connection until the background tasks of the request are done.
Db: TypeAlias = Annotated[AsyncSession, Depends(get_db, scope="function")]

PageNumber: TypeAlias = Annotated[int, Query(ge=1, le=_LAST_PAGE)]
PerPage: TypeAlias = Annotated[int, Query(ge=1, le=100)]


def get_run_triage(request: Request) -> Callable[[UUID], Awaitable[None]]:
    """Return what triages a committed incident; it needs nothing of the request."""
    run_triage: Callable[[UUID], Awaitable[None]] = request.state.run_triage
    return run_triage


RunTriage: TypeAlias = Annotated[Callable[[UUID], Awaitable[None]], Depends(get_run_triage)]
