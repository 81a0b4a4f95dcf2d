"""Keep uploaded logs: as they came, in pieces, never whole in memory."""

from __future__ import annotations

import codecs
import hashlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

from anyio import CancelScope
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from sre_triage.database import Sessions
from sre_triage.models import EventKind, Incident, Log, LogChunk
from sre_triage.services.assessment import LogExcerpt
from sre_triage.services.pages import Page, read_page
from sre_triage.services.timeline import record

MAX_LOG_BYTES = 10 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
"""Even, so that no unit of UTF-16 is cut in two."""

_LONGEST_NAME = 255
_EXCERPTS = 3
_EXCERPT_CHARACTERS = 8_000
_LOOKED_AT = 8 * 1024

Read = Callable[[int], Awaitable[bytes]]
"""Returns the next bytes, at most as many as it is told, and none at the end."""


class LogTooLargeError(Exception):
    """The log is longer than `MAX_LOG_BYTES`; nothing of it was stored."""


async def store_log(db: AsyncSession, incident_id: UUID, *, name: str, read: Read) -> Log | None:
    """Store what `read` yields; `None` without the incident.

    The name is what the client says of it: it is kept to be shown, and never opened.
    """
    if await db.get(Incident, incident_id) is None:
        return None
    log = Log(id=uuid4(), incident_id=incident_id, name=_shown(name), size=0, sha256="")
    log.encoding = "utf-8"
    db.add(log)
    await db.flush()
    digest, size, number = hashlib.sha256(), 0, 0
    while data := await read(CHUNK_BYTES):
        size += len(data)
        if size > MAX_LOG_BYTES:
            await db.rollback()
            raise LogTooLargeError
        if number == 0:
            log.encoding = _looks_like(data[:_LOOKED_AT])
        digest.update(data)
        await db.execute(insert(LogChunk).values(log_id=log.id, number=number, data=data))
        number += 1
    log.size, log.sha256 = size, digest.hexdigest()
    record(db, incident_id, EventKind.LOG_UPLOADED, log_id=str(log.id), name=log.name, size=size)
    await db.commit()
    return log


async def get_log(db: AsyncSession, incident_id: UUID, log_id: UUID) -> Log | None:
    """Return what is known of the log, or `None` when that incident has no such log."""
    found = select(Log).where(Log.id == log_id, Log.incident_id == incident_id)
    return (await db.scalars(found)).one_or_none()


async def list_logs(
    db: AsyncSession, incident_id: UUID, *, page: int, per_page: int
) -> Page[Log] | None:
    """Return a page of the incident's logs, newest first, or `None` without the incident."""
    if await db.get(Incident, incident_id) is None:
        return None
    found = select(Log).where(Log.incident_id == incident_id)
    order = [Log.created_at.desc(), Log.id]
    return await read_page(db, found, order=order, page=page, per_page=per_page)


async def read_log(sessions: Sessions, log: Log) -> AsyncIterator[bytes]:
    """Yield the log's bytes. Between two pieces no connection waits for a slow client."""
    for number in range(math.ceil(log.size / CHUNK_BYTES)):
        # A client that leaves cancels this; the connection must be given back whole.
        with CancelScope(shield=True):
            async with sessions() as db:
                data = await _piece(db, log.id, number)
        yield data


async def excerpts(db: AsyncSession, incident_id: UUID) -> tuple[LogExcerpt, ...]:
    """Return the ends of the newest logs that are text, as far as they can be read."""
    found = (
        select(Log)
        .where(Log.incident_id == incident_id, Log.encoding != "binary", Log.size > 0)
        .order_by(Log.created_at.desc(), Log.id)
        .limit(_EXCERPTS)
    )
    return tuple([await _end_of(db, log) for log in await db.scalars(found)])


async def _end_of(db: AsyncSession, log: Log) -> LogExcerpt:
    last = (log.size - 1) // CHUNK_BYTES
    pieces = [await _piece(db, log.id, number) for number in range(max(0, last - 1), last + 1)]
    text = b"".join(pieces).decode(log.encoding, "replace").replace("\x00", "")
    return LogExcerpt(name=log.name, text=text[-_EXCERPT_CHARACTERS:])


async def _piece(db: AsyncSession, log_id: UUID, number: int) -> bytes:
    return (await db.get_one(LogChunk, (log_id, number))).data


def _looks_like(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    return "binary" if b"\x00" in start else "utf-8"


def _shown(name: str) -> str:
    kept = "".join(character for character in name if character.isprintable())
    return kept[:_LONGEST_NAME] or "unnamed"
