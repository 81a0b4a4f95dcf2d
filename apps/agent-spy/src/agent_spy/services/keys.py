"""Keys that let clients in: those of the settings, and those that `agent-spy keys` makes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update

from agent_spy.errors import NotFoundError
from agent_spy.models import ApiKey, Project
from agent_spy.models.base import now
from agent_spy.repositories.runs import AnyRow
from agent_spy.storage.database import Database
from agent_spy.storage.writer import UnavailableError

_PREFIX = "spy_"
_REMEMBERED_SECONDS = 5.0
"""How long a key that was revoked may still open a server that knew it."""
_MOST_REMEMBERED = 1024
_USE_NOTED_EVERY = 60_000_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What a key opens: one project, or without one all of them."""

    project: bytes | None = None
    expires_at: int | None = None


class Keys:
    """Knows keys by their digests; a key itself is told once, when it is made."""

    def __init__(self, database: Database, configured: Iterable[str] = ()) -> None:
        self._database = database
        self._configured = [digest(key) for key in configured]
        self._remembered: dict[bytes, tuple[float, Opening]] = {}

    async def opening(self, key: str) -> Opening | None:
        """What `key` opens; `None` for one that is unknown or expired."""
        offered = digest(key)
        # Every one is compared, and each in constant time: time tells nothing of the keys.
        matches = [hmac.compare_digest(offered, known) for known in self._configured]
        if any(matches):
            return Opening()
        until, found = self._remembered.get(offered, (0.0, None))
        if found is None or time.monotonic() > until:
            found = await self._look_up(offered)
        if found and found.expires_at is not None and found.expires_at <= now():
            return None
        return found

    async def make(
        self, name: str, project_id: UUID | None = None, *, days: float | None = None
    ) -> str:
        """A new key; nobody can tell it again."""
        key = _PREFIX + secrets.token_urlsafe(32)
        moment = now()
        row = {
            "id": uuid4(),
            "name": name,
            "digest": digest(key),
            "project_id": project_id,
            "expires_at": None if days is None else moment + round(days * 86_400_000_000),
            "created_at": moment,
            "updated_at": moment,
        }
        await self._database.writer.do(lambda c: c.execute(insert(ApiKey).values(**row)).rowcount)
        return key

    async def all(self) -> Sequence[AnyRow]:
        """The stored keys without their digests, the oldest first."""
        query = (
            select(
                ApiKey.id,
                ApiKey.name,
                ApiKey.project_id,
                Project.name.label("project"),
                ApiKey.created_at,
                ApiKey.expires_at,
                ApiKey.last_used_at,
            )
            .join_from(ApiKey, Project, Project.id == ApiKey.project_id, isouter=True)
            .order_by(ApiKey.created_at, ApiKey.id)
        )
        return await self._database.reader.read(lambda c: c.execute(query).all())

    async def revoke(self, key_id: UUID) -> None:
        """Make a key open nothing.

        Raises:
            NotFoundError: there is none of this id.
        """
        statement = delete(ApiKey).where(ApiKey.id == key_id)
        if not await self._database.writer.do(lambda c: c.execute(statement).rowcount):
            raise NotFoundError("Key not found")
        self._remembered.clear()

    async def rotate(self, key_id: UUID, *, grace_hours: float = 0) -> str:
        """A new key in the place of one that opens for `grace_hours` more, then nothing.

        Raises:
            NotFoundError: there is none of this id.
        """
        old = next((row for row in await self.all() if row.id == key_id), None)
        if old is None:
            raise NotFoundError("Key not found")
        key = await self.make(old.name, old.project_id)
        end = now() + round(grace_hours * 3_600_000_000)
        if old.expires_at is not None:
            end = min(end, old.expires_at)
        statement = update(ApiKey).where(ApiKey.id == key_id).values(expires_at=end)
        await self._database.writer.do(lambda c: c.execute(statement).rowcount)
        self._remembered.clear()
        return key

    async def _look_up(self, offered: bytes) -> Opening | None:
        query = select(ApiKey).where(ApiKey.digest == offered)
        row = await self._database.reader.read(lambda c: c.execute(query).one_or_none())
        if row is None:
            self._remembered.pop(offered, None)
            return None
        found = Opening(row.project_id and row.project_id.bytes, row.expires_at)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[offered] = (time.monotonic() + _REMEMBERED_SECONDS, found)
        if now() - (row.last_used_at or 0) > _USE_NOTED_EVERY:
            noted = update(ApiKey).where(ApiKey.id == row.id).values(last_used_at=now())
            with suppress(UnavailableError):  # reading goes on while nothing can be written
                await self._database.writer.do(lambda c: c.execute(noted).rowcount)
        return found


def digest(key: str) -> bytes:
    """What is stored of a key. It is random and long, so that one fast hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
