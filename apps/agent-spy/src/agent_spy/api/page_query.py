"""What the addresses of pages say. A field that was left empty says nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import (
    BaseModel,
    Field,
    field_validator,
    model_validator,
)

from agent_spy.models.base import now
from agent_spy.page.figures import iso
from agent_spy.services.traces import TraceFilter
from agent_spy.wire.values import microseconds

LAST = {"15m": 900, "1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000, "90d": 7_776_000}
"""Seconds before the present."""
Last = Literal["15m", "1h", "24h", "7d", "30d", "90d"]
_SECOND = 1_000_000


class PageQuery(BaseModel):
    """What every view is narrowed to."""

    project: str | None = Field(None, max_length=500)
    last: Last | None = None
    since: datetime | None = None
    """Without a zone it is UTC, as everywhere."""
    until: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        return {key: value for key, value in dict(values).items() if value not in {"", None}}

    @field_validator("*")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("no text that is stored holds a NUL")
        return value

    def written(self) -> dict[str, Any]:
        """The parameters of this view's address."""
        found = self.model_dump(exclude={"before"})
        for name in ("since", "until"):
            told = _stored(found[name])
            found[name] = None if told is None else iso(told)
        return found

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for at all."""
        return any(value is not None for value in self.written().values())


class ListQuery(PageQuery):
    """Which traces are listed."""

    status: Literal["running", "completed", "failed"] | None = None
    type: str | None = Field(None, max_length=100)
    q: str | None = Field(None, max_length=500)
    errors: bool | None = None
    min_ms: float | None = Field(None, ge=0, le=1e12)
    before: str | None = Field(None, max_length=100)

    def wanted(self) -> TraceFilter:
        """The same in the words of the service."""
        return TraceFilter(
            project=self.project,
            status=self.status,
            run_type=self.type,
            words=self.q,
            since=_stored(self.since),
            until=_stored(self.until),
            recent=LAST[self.last] if self.last else None,
            slower_than=self.min_ms,
            errors=bool(self.errors),
        )


class StatsQuery(PageQuery):
    """Which span of time is summed up; a day where it is not told."""

    def span(self) -> tuple[int, int | None]:
        """Its first moment and, where it is told, its last, in microseconds since 1970."""
        until = _stored(self.until)
        if self.since is not None and self.last is None:
            return _stored(self.since) or 0, until
        return (until or now()) - LAST[self.last or "24h"] * _SECOND, until


def _stored(time: datetime | None) -> int | None:
    return None if time is None else microseconds(time.isoformat())
