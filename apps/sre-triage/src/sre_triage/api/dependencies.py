"""What routes ask for by type."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeAlias, TypeVar

from fastapi import Depends, Header, HTTPException, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from sre_triage.database import Sessions
from sre_triage.services.triage import Ticket

_LAST_PAGE = 1_000_000  # keeps the offset within what every database can count
_NO_VERSION = 0

Found = TypeVar("Found")


def get_sessions(request: Request) -> Sessions:
    """Return the factory, for what must open its own sessions, as a stream does."""
    sessions: Sessions = request.state.sessions
    return sessions


SessionFactory: TypeAlias = Annotated[Sessions, Depends(get_sessions)]


async def get_db(sessions: SessionFactory) -> AsyncIterator[AsyncSession]:
    """Open a session for one request. It does not commit: the services do."""
    async with sessions() as db:
        yield db


# Function scope closes the session before the answer is sent. With the default scope a session
# that read last would hold its connection until the background tasks of the request are done.
Db: TypeAlias = Annotated[AsyncSession, Depends(get_db, scope="function")]

PageNumber: TypeAlias = Annotated[int, Query(ge=1, le=_LAST_PAGE)]
PerPage: TypeAlias = Annotated[int, Query(ge=1, le=100)]


def get_start_triage(request: Request) -> Callable[[Ticket], Awaitable[None]]:
    """Return what starts the triage of a committed incident; it needs nothing of the request."""
    start_triage: Callable[[Ticket], Awaitable[None]] = request.state.start_triage
    return start_triage


StartTriage: TypeAlias = Annotated[Callable[[Ticket], Awaitable[None]], Depends(get_start_triage)]


def get_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """Read the version that the client has seen from `If-Match`; `None` when any will do.

    What is no ETag of ours is a version that no incident has.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix('"').removesuffix('"')
    return int(digits) if digits.isdecimal() and len(digits) < 10 else _NO_VERSION  # noqa: PLR2004


ExpectedVersion: TypeAlias = Annotated[int | None, Depends(get_version)]


def or_404(found: Found | None, what: object) -> Found:
    """Return what a service found, or answer 404 and name what is missing."""
    if found is None:
        raise HTTPException(status_code=404, detail=f"{what} not found")
    return found
