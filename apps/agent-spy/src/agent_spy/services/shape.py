"""Runs in LangSmith's form. Payloads go out as the bytes that came in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row

from agent_spy.models import Run
from agent_spy.repositories.ancestors import Place
from agent_spy.repositories.feedback import Stats
from agent_spy.repositories.runs import SMALL, WHOLE
from agent_spy.wire import values

STATUS = {"running": "pending", "completed": "success", "failed": "error"}
"""Our words in LangSmith's."""
PAYLOADS = ("error", "tags", "inputs", "outputs", "events", "extra", "serialized")
_NEEDED = {name: getattr(Run, name) for name in PAYLOADS} | {
    "first_token_time": Run.first_token_time,
    "reference_example_id": Run.reference_example_id,
    "thread_id": Run.extra,
    "metadata": Run.extra,
    "attachments": Run.id,
}
"""The columns behind keys that a small row does not have."""
_LISTS = frozenset({"tags", "events"})
_BEGINS = dict.fromkeys(PAYLOADS, "{") | dict.fromkeys(_LISTS, "[") | {"error": '"'}
"""How the JSON begins that SDKs expect there."""
_WRAPPED = {"inputs": "input", "outputs": "output"}
_THREAD_KEYS = ("session_id", "thread_id", "conversation_id")


@dataclass(frozen=True, slots=True)
class Around:
    """What belongs to runs but stands elsewhere."""

    places: dict[UUID, Place] = field(default_factory=dict)
    feedback: dict[UUID, Stats] = field(default_factory=dict)
    files: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    """`s3_urls`, by run."""


def iso(microseconds: int | None) -> str | None:
    """A stored time as SDKs read it; `None` where none was told."""
    return values.iso(microseconds) if microseconds else None


def fragment(payload: str | None) -> orjson.Fragment | None:
    """Stored JSON, to be written out as it is."""
    return None if payload is None else orjson.Fragment(payload)


def payload(name: str, stored: str | None) -> Any:
    """A payload as it is, in a wrapping where SDKs could not read it: one would spoil a page."""
    if stored is None:
        return None
    begin = stored.lstrip()[:1]
    if begin == _BEGINS[name]:
        return orjson.Fragment(stored)
    if name == "error":
        return stored
    return [] if name in _LISTS else {_WRAPPED.get(name, name): orjson.Fragment(stored)}


def columns(select: Collection[str] | None) -> tuple[Any, ...]:
    """The columns that `langsmith` needs for these keys: no payload is read in vain."""
    if not select:
        return WHOLE
    return (*SMALL, *dict.fromkeys(_NEEDED[key] for key in select if key in _NEEDED))


def langsmith(
    row: Row[*tuple[Any, ...]], around: Around, select: Collection[str] | None = None
) -> dict[str, Any]:
    """One run as LangSmith's API gives it; `select` keeps only these keys, and the id."""
    place = around.places[row.id]
    run = {
        "id": str(row.id),
        "name": row.name or "",
        "run_type": row.run_type or "chain",
        "status": STATUS[row.status],
        "start_time": started(row),
        "end_time": iso(row.end_time),
        "parent_run_id": text(row.parent_id),
        "trace_id": str(place.trace_id),
        "dotted_order": place.dotted_order,
        "parent_run_ids": [str(ancestor) for ancestor in place.ancestors],
        "session_id": text(row.project_id),
        "app_path": f"/traces/{place.trace_id}?run={row.id}",
        "in_dataset": False,
        "feedback_stats": around.feedback.get(row.id),
        "s3_urls": around.files.get(row.id),
        **used(row.usage),
    }
    there = row._fields
    run |= {name: payload(name, getattr(row, name)) for name in PAYLOADS if name in there}
    if "first_token_time" in there:
        run["first_token_time"] = iso(row.first_token_time)
    if "reference_example_id" in there:
        run["reference_example_id"] = text(row.reference_example_id)
    if "extra" in there and (select is None or "thread_id" in select):
        run["thread_id"] = thread_id(row.extra)
    if select:
        run = {key: value for key, value in run.items() if key == "id" or key in select}
    return run


def started(row: Any) -> str:
    """When a run started; SDKs can read none that has not."""
    return iso(row.start_time) or iso(row.end_time) or values.iso(0)


def thread_id(extra: str | None) -> str | None:
    """The thread that a run's metadata names."""
    found = metadata(extra)
    named = (found.get(key) for key in _THREAD_KEYS)
    return next((str(name) for name in named if isinstance(name, str | int)), None)


def metadata(extra: str | None) -> dict[str, Any]:
    """The metadata inside of a run's `extra`."""
    try:
        loaded = orjson.loads(extra or "{}")
    except ValueError:
        return {}
    found = loaded.get("metadata") if isinstance(loaded, dict) else None
    return found if isinstance(found, dict) else {}


def used(usage: str | None) -> dict[str, Any]:
    """Tokens and cost as LangSmith names them."""
    found = orjson.loads(usage) if usage else {}
    return {
        "prompt_tokens": found.get("prompt"),
        "completion_tokens": found.get("completion"),
        "total_tokens": found.get("total"),
        "prompt_cost": found.get("prompt_cost"),
        "completion_cost": found.get("completion_cost"),
        "total_cost": found.get("cost"),
        "prompt_token_details": found.get("prompt_details"),
        "completion_token_details": found.get("completion_details"),
    }


def text(identity: UUID | None) -> str | None:
    """The usual spelling of an id that may be missing."""
    return None if identity is None else str(identity)
