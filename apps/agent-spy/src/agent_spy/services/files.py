"""Attachments behind addresses that work without a key, for a while.

Such an address is signed with a secret that the servers of one database share.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Collection
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from agent_spy.errors import NotFoundError
from agent_spy.models import Secret
from agent_spy.repositories.files import Files
from agent_spy.storage.database import Database

_VALID_SECONDS = 24 * 3600
_NAME = "attachments"


class Attachments:
    """Signs addresses and answers them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files = Files(database.reader)
        self._secret: bytes | None = None

    async def links(self, run_ids: Collection[UUID], base: str) -> dict[UUID, dict[str, Any]]:
        """`s3_urls` of each run that has files; `base` is the address of the API."""
        files = await self._files.of_runs(run_ids)
        if not files:
            return {}
        secret = await self._key()
        until = int(time.time()) + _VALID_SECONDS
        return {
            run_id: {
                f"attachment.{file.name}": {
                    "presigned_url": base + _path(secret, run_id, file.name, until),
                    "mime_type": file.content_type,
                }
                for file in found
            }
            for run_id, found in files.items()
        }

    async def read(self, run_id: UUID, name: str, until: int, signature: str) -> tuple[str, bytes]:
        """The content type and the bytes of a file.

        Raises:
            NotFoundError: there is none, or the address is not signed, or is too old.
        """
        right = _sign(await self._key(), run_id, name, until)
        if not hmac.compare_digest(right.encode(), signature.encode()) or until < time.time():
            raise NotFoundError("This address is not signed or no longer valid")
        found = await self._files.read(run_id, name)
        if found is None:
            raise NotFoundError("Attachment not found")
        return found

    async def _key(self) -> bytes:
        if self._secret is None:
            self._secret = await self._database.writer.do(_find_or_make)
        return self._secret


def _path(secret: bytes, run_id: UUID, name: str, until: int) -> str:
    signature = _sign(secret, run_id, name, until)
    return f"/attachments/{run_id}/{quote(name, safe='')}?until={until}&signature={signature}"


def _sign(secret: bytes, run_id: UUID, name: str, until: int) -> str:
    message = run_id.bytes + until.to_bytes(8, "big") + name.encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def _find_or_make(connection: Connection) -> bytes:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = insert(Secret).values(name=_NAME, value=secrets.token_bytes(32))
    connection.execute(fresh.on_conflict_do_nothing())
    found = connection.execute(select(Secret.value).where(Secret.name == _NAME)).scalar_one()
    return bytes(found)
