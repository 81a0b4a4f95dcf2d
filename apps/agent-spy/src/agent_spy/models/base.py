"""What tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator
from typing_extensions import override


class Id(TypeDecorator[UUID]):
    """A UUID as its 16 bytes: half of what its text takes in every index, in any database."""

    impl = LargeBinary(16)
    cache_ok = True

    @override
    def process_bind_param(self, value: UUID | bytes | None, dialect: Dialect) -> bytes | None:
        return value.bytes if isinstance(value, UUID) else value

    @override
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        return None if value is None else UUID(bytes=value)


Microseconds = Annotated[int, mapped_column(BigInteger)]
"""A moment as microseconds since 1970 in UTC: one meaning in every database, and sortable."""
Json = Annotated[str, mapped_column(Text)]
"""JSON as it was sent, byte for byte. A database's own JSON type would round and rewrite it."""


class Base(DeclarativeBase):
    """The registry of tables."""

    type_annotation_map: ClassVar = {UUID: Id()}


def now() -> int:
    """The present in microseconds since 1970."""
    return int(datetime.now(UTC).timestamp() * 1_000_000)


class TimestampMixin:
    """When a row came and when it last changed."""

    created_at: Mapped[Microseconds] = mapped_column(default=now)
    updated_at: Mapped[Microseconds] = mapped_column(default=now, onupdate=now)


class ProjectMixin:
    """The project that a row belongs to."""

    project_id: Mapped[UUID | None]
