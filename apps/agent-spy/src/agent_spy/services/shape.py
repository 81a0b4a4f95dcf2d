"""Runs in LangSmith's form. Payloads go out as the bytes that came in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row

from agent_spy.wire import values

STATUS = {"running": "pending", "completed": "success", "failed": "error"}
"""Our words in LangSmith's."""
_PAYLOADS = ("error", "tags", "inputs", "outputs", "events", "extra", "serialized")


def iso(microseconds: int | None) -> str | None:
    """A stored time as SDKs read it; `None` where none was told."""
    return values.iso(microseconds) if microseconds else None


def fragment(payload: str | None) -> orjson.Fragment | None:
    """Stored JSON, to be written out as it is."""
    return None if payload is None else orjson.Fragment(payload)


def langsmith(row: Row[Any], select: Collection[str] | None = None) -> dict[str, Any]:
    """One run as LangSmith's API gives it; `select` keeps only these keys, and the id."""
    run = {
        "id": str(row.id),
        "name": row.name or "",
        "run_type": row.run_type or "chain",
        "status": STATUS[row.status],
        "start_time": iso(row.start_time) or iso(row.end_time) or _unknown(),
        "end_time": iso(row.end_time),
        "parent_run_id": _text(row.parent_id),
        "trace_id": str(row.trace_id or row.id),
        "dotted_order": dotted_order(row),
        "parent_run_ids": _ancestors(row),
        "session_id": _text(row.project_id),
        **_used(row.usage),
    }
    if "inputs" in row._fields:
        run |= {name: fragment(getattr(row, name)) for name in _PAYLOADS}
        run["first_token_time"] = iso(row.first_token_time)
        run["reference_example_id"] = _text(row.reference_example_id)
    if select:
        run = {key: value for key, value in run.items() if key == "id" or key in select}
    return run


def dotted_order(row: Row[Any]) -> str:
    """The run's place in its trace; made of what is known where the client sent none."""
    if row.dotted_order:
        return str(row.dotted_order)
    return "" if row.parent_id else step(row.start_time, row.id)


def step(start_time: int, identity: UUID) -> str:
    """One part of a dotted order."""
    return f"{values.moment(start_time):%Y%m%dT%H%M%S%fZ}{identity}"


def _ancestors(row: Row[Any]) -> list[str]:
    if not row.dotted_order:
        return []
    steps = row.dotted_order.split(".")[:-1]
    return [str(UUID(bytes=values.run_id(found.partition("Z")[2]))) for found in steps]


def _used(usage: str | None) -> dict[str, Any]:
    used = orjson.loads(usage) if usage else {}
    return {
        "prompt_tokens": used.get("prompt"),
        "completion_tokens": used.get("completion"),
        "total_tokens": used.get("total"),
        "total_cost": used.get("cost"),
    }


def _text(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)


def _unknown() -> str:
    return values.iso(0)
