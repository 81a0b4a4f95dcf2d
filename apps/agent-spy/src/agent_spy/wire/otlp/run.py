"""A span as a run.

What a span says has the least rank (`agent_spy.wire.change`): where LangSmith's SDK tells of the
same run in its own words, those win, whichever came first.
"""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import Any

import msgspec

from agent_spy.wire import usage, values
from agent_spy.wire.change import EMPTY, LANES, RunChange
from agent_spy.wire.message import Said
from agent_spy.wire.otlp import content
from agent_spy.wire.otlp import conventions as names
from agent_spy.wire.otlp.span import Attributes, Event, Span, text

_IDS = (
    ("trace_id", names.TRACE_ID),
    ("parent_id", names.PARENT_ID),
    ("reference_example_id", names.REFERENCE_EXAMPLE_ID),
)
_TOLD_TOKENS = frozenset(chain.from_iterable(names.USAGE.values()))
_LATEST = values.LATEST * 1_000


class Told(msgspec.Struct):
    """What a span says, and whether LangSmith's SDK may tell the same without a common id."""

    said: Said
    echo: bool


def run_id(trace_id: bytes, span_id: bytes) -> bytes:
    """The id of the run of a span that names none: a UUID (version 8) made of the span's ids."""
    digest = bytearray(hashlib.sha256(trace_id + span_id).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def understand(span: Span, project: str | None = None) -> Told:
    """Read a span. `project` is what the request's header names.

    Raises:
        ValueError: it cannot be understood; the text says why.
    """
    attributes = span.attributes
    named = text(attributes, names.RUN_ID)
    change = RunChange(values.run_id(named) if named else run_id(span.trace_id, span.span_id))
    _place(change, span)
    change.name = text(attributes, *names.NAMES) or span.name or None
    change.run_type = _run_type(attributes)
    change.start_time = _microseconds(span.start)
    change.end_time = _microseconds(span.end) or None
    change.first_token_time = _first_token(span, change.start_time)
    change.error = _error(span)
    change.said_status = "error" if span.failed else None
    change.tags = _tags(attributes)
    spent: set[str] = set()
    change.inputs = content.find(content.INPUTS, span, spent)
    change.outputs = content.find(content.OUTPUTS, span, spent)
    change.extra = content.encode(_extra(span, spent))
    change.serialized = _serialized(attributes)
    change.events = _events(span.events)
    change.usage = _usage(attributes) or usage.find(change.outputs, change.extra)
    for field in ("name", "run_type", "dotted_order"):
        if told := getattr(change, field):
            setattr(change, field, told.replace("\0", "\ufffd"))
    change.ranks = _ranks(change)
    if change.trace_id is None:
        _derive_trace(change, span)
    where, session = _project(span), text(attributes, names.PROJECT_ID)
    said = Said(
        change,
        (where or project or _service(span) or "").replace("\0", "\ufffd") or None,
        values.run_id(session) if session and not where else None,
    )
    echo = span.origin.scope == names.LANGSMITH_SCOPE and not named
    return Told(said, echo and bool(change.name and change.start_time))


def _place(change: RunChange, span: Span) -> None:
    for field, attribute in _IDS:
        if found := text(span.attributes, attribute):
            setattr(change, field, values.run_id(found))
    if change.parent_id is None and span.parent_id:
        change.parent_id = run_id(span.trace_id, span.parent_id)
    change.dotted_order = text(span.attributes, names.DOTTED_ORDER)


def _ranks(change: RunChange) -> int:
    ranks = 0
    for field, lane in LANES.items():
        if getattr(change, field):
            ranks |= EMPTY << lane
    return ranks


def _derive_trace(change: RunChange, span: Span) -> None:
    """A run's trace is named by its root, which no other span knows.

    So it follows from the parent's (`agent_spy.services.lineage`). Until that one comes the
    trace's own id stands there, without a rank: under it those are found that have no root.
    """
    if change.parent_id is None:
        change.trace_id = change.id
        change.ranks |= EMPTY << LANES["trace_id"]
    else:
        change.trace_id = span.trace_id


def _microseconds(nanoseconds: int) -> int:
    """To the nearest: LangSmith's SDK makes nanoseconds of a float, up to 0.3 µs too early."""
    if not 0 <= nanoseconds <= _LATEST:
        raise ValueError(f"{nanoseconds} is no time in nanoseconds before the year 10000")
    return (nanoseconds + 500) // 1_000


def _run_type(attributes: Attributes) -> str:
    for attribute, words in names.RUN_TYPES.items():
        if word := text(attributes, attribute):
            known = words.get(word.lower(), word.lower())
            if known in names.KNOWN_TYPES:
                return known
    present = (kind for name, kind in names.TYPE_BY_PRESENCE if name in attributes)
    return next(present, names.DEFAULT_TYPE)


def _project(span: Span) -> str | None:
    return text(span.attributes, *names.PROJECTS) or text(span.origin.resource, *names.PROJECTS)


def _service(span: Span) -> str | None:
    service = text(span.origin.resource, names.SERVICE)
    return None if service is None or service.startswith(names.NO_SERVICES) else service


def _first_token(span: Span, start: int) -> int | None:
    times = [event.time for event in span.events if event.name in names.FIRST_TOKEN_EVENTS]
    if times:
        return _microseconds(min(times)) or None
    seconds = span.attributes.get(names.FIRST_TOKEN_SECONDS)
    if start and isinstance(seconds, int | float) and 0 <= seconds < values.LATEST / 1e6:
        return min(start + round(seconds * 1e6), values.LATEST)
    return None


def _error(span: Span) -> str | None:
    """What went wrong, as JSON. An exception that was only noted is an event, no error."""
    if not span.failed:
        return None
    exceptions = [event.attributes for event in span.events if event.name == names.EXCEPTION]
    told = exceptions[-1] if exceptions else {}
    message = text(told, names.EXCEPTION_MESSAGE) or span.message
    if span.origin.scope != names.LANGSMITH_SCOPE:  # its message is the whole error already
        kind = text(told, names.EXCEPTION_TYPE) or text(span.attributes, names.ERROR_TYPE)
        message = ": ".join(part for part in (kind, message) if part)
        message = "\n\n".join(part for part in (message, text(told, names.EXCEPTION_STACK)) if part)
    return content.encode(message) if message else None


def _tags(attributes: Attributes) -> str | None:
    for name in names.TAGS:
        found = content.loads(attributes.get(name))
        if isinstance(found, str):
            found = [tag.strip() for tag in found.split(",") if tag.strip()]
        if isinstance(found, list) and found:
            return content.encode([str(tag) for tag in found])
    return None


def _extra(span: Span, spent: set[str]) -> dict[str, Any]:
    attributes = span.attributes
    parameters = {
        name.removeprefix(names.PARAMETERS): value
        for name, value in attributes.items()
        if name.startswith(names.PARAMETERS)
    }
    given = content.loads(attributes.get(names.PARAMETERS_JSON))
    parameters |= given if isinstance(given, dict) else {}
    tools = content.loads(attributes.get(names.TOOLS))
    tools = tools or content.unflatten(attributes, names.TOOL_LIST, spent)
    if tools:
        parameters["tools"] = tools
    origin = {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "scope": span.origin.scope,
    }
    extra: dict[str, Any] = {"metadata": _metadata(attributes, spent)}
    if parameters:
        extra["invocation_params"] = parameters
    return extra | {"runtime": span.origin.resource, "otel": origin}


def _metadata(attributes: Attributes, spent: set[str]) -> dict[str, Any]:
    """All that a run has no field for, under the attribute's own name; nothing is dropped."""
    metadata = {
        name: value
        for name, value in attributes.items()
        if name not in spent
        and name not in names.SPENT
        and not name.startswith(names.SPENT_PREFIXES)
    }
    own = content.loads(attributes.get(names.METADATA_JSON))
    metadata |= own if isinstance(own, dict) else {}
    for name, value in attributes.items():
        if name.startswith(names.METADATA_PREFIXES):
            for prefix in names.METADATA_PREFIXES:
                if name.startswith(prefix):
                    metadata[name.removeprefix(prefix)] = content.loads(value)
    for name, among in names.METADATA_NAMES.items():
        for one in among:
            if attributes.get(one) is not None:
                metadata.setdefault(name, attributes[one])
                break
    return metadata


def _serialized(attributes: Attributes) -> str | None:
    found = {
        name.removeprefix(names.SERIALIZED): value
        for name, value in attributes.items()
        if name.startswith(names.SERIALIZED)
    }
    return content.encode(found) if found else None


def _events(events: list[Event]) -> str | None:
    if not events:
        return None
    return content.encode(
        [
            {
                "name": "new_token" if event.name in names.FIRST_TOKEN_EVENTS else event.name,
                "time": values.iso(_microseconds(event.time)),
                "kwargs": event.attributes,
            }
            for event in events
        ]
    )


def _usage(attributes: Attributes) -> str | None:
    if attributes.keys().isdisjoint(_TOLD_TOKENS):
        return None

    def first(among: tuple[str, ...]) -> Any:
        return next((attributes[name] for name in among if name in attributes), None)

    found: dict[str, Any] = {name: first(among) for name, among in names.USAGE.items()}
    for name, kinds in names.USAGE_DETAILS.items():
        counts = {kind: first(among) for kind, among in kinds.items()}
        if counts := {kind: count for kind, count in counts.items() if count is not None}:
            found[name] = counts
    return usage.write(found)
