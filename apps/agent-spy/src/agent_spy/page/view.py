"""What the templates show of a run and of a line of a trace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from agent_spy.page.messages import Message, messages
from agent_spy.page.text import Shown, pretty, spoken, visible
from agent_spy.services.details import Details
from agent_spy.services.timeline import Line, Timeline

TYPES = ("chain", "llm", "tool", "retriever", "embedding", "prompt", "parser")
"""Types of runs that SDKs know."""
ROWS = 100
"""Lines that are sent at once."""
_TICKS = 4
_LEAST = 0.3
"""A bar's least width, in per cent: it must be seen."""
_INDENT, _DEEPEST = 14, 16
"""Pixels of a level, and the level from which on there is no room for more."""
_PAYLOADS = (("Inputs", "inputs"), ("Outputs", "outputs"))
_REST = (("Extra", "extra"), ("Events", "events"), ("Serialized", "serialized"))
_EMPTY = {"{}", "[]", "null", '""'}


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload: as messages where it holds a chat, and as JSON."""

    title: str
    shown: Shown
    messages: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class RunView:
    """A run's details, ready to be shown."""

    details: Details
    error: str
    tags: Sequence[str]
    metadata: Sequence[tuple[str, str]]
    payloads: Sequence[Payload]
    rest: Sequence[Payload]
    usage: dict[str, Any]


def run_view(details: Details) -> RunView:
    """Prepare a run's details."""
    run = details.run
    return RunView(
        details=details,
        error=visible(spoken(run.error)),
        tags=_tags(run.tags),
        metadata=_metadata(run.extra),
        payloads=[
            Payload(title, pretty(stored), messages(stored))
            for title, name in _PAYLOADS
            if (stored := getattr(run, name)) and stored not in _EMPTY
        ],
        rest=[
            Payload(title, pretty(stored))
            for title, name in _REST
            if (stored := getattr(run, name)) and stored not in _EMPTY
        ],
        usage=_read(run.usage) or {},
    )


def bar(line: Line, timeline: Timeline) -> tuple[float, float] | None:
    """Where a run begins, and how long it is, in per cent of the trace's time."""
    if not line.node.start_time:
        return None
    whole = max(timeline.end - timeline.start, 1)
    end = timeline.end if line.node.end_time is None else line.node.end_time
    width = max(100 * (end - line.node.start_time) / whole, _LEAST)
    x = 100 * (line.node.start_time - timeline.start) / whole
    return round(min(max(x, 0), 100 - _LEAST), 3), round(min(width, 100), 3)


def ticks(timeline: Timeline) -> list[int]:
    """The moments of the time axis, in microseconds since the trace began."""
    whole = timeline.end - timeline.start
    return [whole * n // _TICKS for n in range(_TICKS + 1)]


def indent(line: Line) -> int:
    """Pixels that a line stands to the right."""
    return _INDENT * (min(line.level, _DEEPEST) - 1)


def deep(line: Line) -> bool:
    """Whether a line's level has to be told, because it can no longer be seen."""
    return line.level > _DEEPEST


def window(timeline: Timeline, selected: int | None) -> Sequence[Line]:
    """The lines that a page begins with: the first, or those around the selected one."""
    start = max(0, (selected or 0) - ROWS // 2) if selected and selected >= ROWS else 0
    return timeline.lines[start : start + ROWS]


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Names as values of a choice, and as they are shown."""
    return [(name, visible(name)) for name in names]


def query_string(parameters: dict[str, Any], **changes: Any) -> str:
    """The parameters of an address, without those that are empty."""
    merged = {**parameters, **changes}
    return urlencode(
        {key: value for key, value in merged.items() if value not in {None, "", False}}
    )


def _tags(stored: str | None) -> list[str]:
    found = _read(stored)
    return [visible(tag) for tag in found] if isinstance(found, list) else []


def _metadata(stored: str | None) -> list[tuple[str, str]]:
    extra = _read(stored)
    found = extra.get("metadata") if isinstance(extra, dict) else None
    pairs = found.items() if isinstance(found, dict) else ()
    return [(visible(key), _written(value)) for key, value in pairs]


def _written(value: Any) -> str:
    return visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _read(stored: str | None) -> Any:
    """What was stored; Python's own reader keeps integers of any size."""
    try:
        return json.loads(stored) if stored else None
    except (ValueError, RecursionError):
        return None
