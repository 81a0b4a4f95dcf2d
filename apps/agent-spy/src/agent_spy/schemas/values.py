"""Values that a request's JSON may hold, checked as strictly as the document tells."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    NaiveDatetime,
    Strict,
    StrictBool,
    WithJsonSchema,
)

MOST_IDS = 10_000
"""A database takes only so many values in one statement."""
_ID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}


def _iso(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else _no_number(value)


def _no_number(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a time is a text in ISO 8601")  # noqa: TRY004 - pydantic reports these
    return value


def _number(value: Any) -> Any:
    if isinstance(value, str | bool):
        raise ValueError("a number")  # noqa: TRY004 - as above
    return value


Flag = StrictBool
Count = Annotated[int, BeforeValidator(_number)]
Positive = Annotated[int, Field(ge=1), BeforeValidator(_number)]
Moment = Annotated[AwareDatetime | NaiveDatetime, BeforeValidator(_iso), WithJsonSchema(_TIME)]
"""ISO 8601; without a zone in UTC."""
Time = Annotated[
    str | Annotated[float, Strict()],
    WithJsonSchema({"anyOf": [_TIME, {"type": "number", "minimum": 0, "maximum": 4102444800000}]}),
]
"""ISO 8601, without a zone in UTC; or seconds or milliseconds since 1970."""
Ids = Annotated[
    list[UUID],
    BeforeValidator(lambda ids: [ids] if isinstance(ids, str) else ids),
    Field(max_length=MOST_IDS),
    WithJsonSchema({"anyOf": [_ID, {"type": "array", "items": _ID, "maxItems": MOST_IDS}]}),
]
"""One id, or several."""
Id = UUID | Literal[""]
"""An empty text says nothing, as null does."""
Filter = Annotated[str, WithJsonSchema({"type": "string", "format": "langsmith-filter"})]
Cursor = Annotated[str, WithJsonSchema({"type": "string", "format": "cursor"})]
"""As the page before gave it; so is the next."""
OffsetCursor = Annotated[str, WithJsonSchema({"type": "string", "format": "offset-cursor"})]
Unserved = Annotated[str | None, WithJsonSchema({"type": "null"})]
"""LangSmith's cloud takes something here; this server says that it cannot."""
