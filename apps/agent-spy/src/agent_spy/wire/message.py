"""One run as a client words it, as JSON, turned into a `RunChange`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from agent_spy.wire import usage, values
from agent_spy.wire.change import EMPTY, LANES, PATCHED, POSTED, RunChange

_NOTHING = msgspec.Raw(b"null")
_NULLS = frozenset({b"", b"null"})
_EMPTIES = frozenset({b"{}", b"[]", b'""'})
_LONGEST_EMPTY = 4
PAYLOADS = ("inputs", "outputs", "events", "extra", "serialized", "error", "tags")
"""What is kept as the bytes of its JSON: no number is rounded, no escape rewritten."""
_PAYLOAD_LANES = tuple((name, LANES[name]) for name in PAYLOADS)
_TEXTS = ("name", "run_type", "dotted_order", "status")
_TEXT_LANES = tuple(
    (name, "said_status" if name == "status" else name, LANES.get(name, LANES["said_status"]))
    for name in _TEXTS
)
_IDS = (
    ("trace_id", "trace_id", LANES["trace_id"]),
    ("parent_run_id", "parent_id", LANES["parent_id"]),
    ("reference_example_id", "reference_example_id", LANES["reference_example_id"]),
)
_TIMES = tuple((name, LANES[name]) for name in ("start_time", "end_time", "first_token_time"))


class Incoming(msgspec.Struct):
    """One message as it came."""

    patch: bool
    """Whether it updates a run, rather than creates it."""
    message: bytes | msgspec.Raw = b"{}"
    """The JSON object of a run. Its big fields may come without it."""
    run_id: str | None = None
    """The run, where the address or a part's name gives it."""
    payloads: dict[str, bytes] = {}
    """Big fields that came apart from the message."""


class Message(msgspec.Struct):
    """The keys of a run that are read; others are passed over, as LangSmith does."""

    id: str | None = None
    name: str | None = None
    run_type: str | None = None
    start_time: str | float | None = None
    end_time: str | float | None = None
    first_token_time: str | float | None = None
    parent_run_id: str | None = None
    trace_id: str | None = None
    dotted_order: str | None = None
    reference_example_id: str | None = None
    status: str | None = None
    session_name: str | None = None
    project_name: str | None = None
    session_id: str | None = None
    address: str | None = None
    """Of an agent and its environment: SDKs send it instead of a project's name."""
    inputs: msgspec.Raw = _NOTHING
    outputs: msgspec.Raw = _NOTHING
    events: msgspec.Raw = _NOTHING
    extra: msgspec.Raw = _NOTHING
    serialized: msgspec.Raw = _NOTHING
    error: msgspec.Raw = _NOTHING
    tags: msgspec.Raw = _NOTHING


class Said(msgspec.Struct):
    """What a message says: the change, and the project that it names, by name or by id."""

    change: RunChange
    project: str | None
    project_id: bytes | None


class _Event(msgspec.Struct):
    name: str | None = None
    time: str | float | None = None


_FIRST_TOKEN = "new_token"  # noqa: S105 - it is an event's name
_read_events = msgspec.json.Decoder(list[_Event]).decode
_read = msgspec.json.Decoder(Message).decode
_check = msgspec.json.Decoder(msgspec.Raw).decode


def understand(incoming: Incoming) -> Said:
    """Read one message.

    Raises:
        ValueError: it cannot be understood; the text says why.
    """
    patch = incoming.patch
    said = _read(incoming.message)
    identity = incoming.run_id or said.id
    if identity is None:
        raise ValueError("a run needs an id")
    change = RunChange(values.run_id(identity))
    rank = PATCHED if patch else POSTED
    change.ranks = _plain(change, said, rank) | _payloads(change, said, rank, incoming.payloads)
    used = usage.find(change.outputs, change.extra)
    if used:
        change.usage = used
        change.ranks |= rank << LANES["usage"]
    _derive(change, patch=patch)
    project = said.session_name or said.project_name or _addressed(said.address)
    if project:
        project = project.replace("\0", "\ufffd")
    return Said(change, project, values.run_id(said.session_id) if said.session_id else None)


def _plain(change: RunChange, said: Message, rank: int) -> int:
    """Take over texts, ids and times; the ranks of those that are told."""
    ranks = 0
    for key, field, lane in _TEXT_LANES:
        text = getattr(said, key)
        if text:
            # PostgreSQL keeps no NUL in a text.
            setattr(change, field, text.replace("\0", "\ufffd"))
            ranks |= rank << lane
    for key, field, lane in _IDS:
        text = getattr(said, key)
        if text:
            setattr(change, field, values.run_id(text))
            ranks |= rank << lane
    for key, lane in _TIMES:
        time = getattr(said, key)
        if time is not None:
            setattr(change, key, values.microseconds(time))
            ranks |= rank << lane
    return ranks


def _payloads(change: RunChange, said: Message, rank: int, apart: Mapping[str, bytes]) -> int:
    """Take over the big fields as they are; the ranks of those that are told."""
    ranks = 0
    for key, lane in _PAYLOAD_LANES:
        raw: Any = getattr(said, key)
        if raw is _NOTHING:
            if key not in apart:
                continue
            raw = _check(apart[key])
        data = bytes(raw)
        short = len(data) <= _LONGEST_EMPTY  # what is long is not hashed
        if short and data in _NULLS:
            continue
        setattr(change, key, data.decode())
        ranks |= (EMPTY if short and data in _EMPTIES else rank) << lane
    return ranks


def _addressed(address: str | None) -> str | None:
    """The project of an agent's address, `lrn:agents/ID/environments/NAME`."""
    return address.removeprefix("lrn:") if address else None


def _derive(change: RunChange, *, patch: bool) -> None:
    """Fill in what follows from the rest, at the lowest rank: a word of the client's own wins."""
    if change.dotted_order and not (change.trace_id and change.start_time):
        _from_dotted_order(change, change.dotted_order)
    if change.trace_id is None and change.parent_id is None and not patch:
        change.trace_id = change.id
        change.ranks |= EMPTY << LANES["trace_id"]
    if change.first_token_time is None and change.events and _FIRST_TOKEN in change.events:
        change.first_token_time = _first_token(change.events)
        if change.first_token_time is not None:
            change.ranks |= EMPTY << LANES["first_token_time"]


def _first_token(events: str) -> int | None:
    """When the first token came, as the events tell."""
    try:
        found = _read_events(events)
        return min(
            values.microseconds(event.time)
            for event in found
            if event.name == _FIRST_TOKEN and event.time is not None
        )
    except ValueError:
        return None


def _from_dotted_order(change: RunChange, order: str) -> None:
    """`20240115T103000000000Z<uuid>.20240115T103001000000Z<uuid>`: each ancestor's start and id."""
    steps = order.split(".")
    try:
        if change.trace_id is None:
            change.trace_id = values.run_id(steps[0].partition("Z")[2])
            change.ranks |= EMPTY << LANES["trace_id"]
        if change.parent_id is None and len(steps) > 1:
            change.parent_id = values.run_id(steps[-2].partition("Z")[2])
            change.ranks |= EMPTY << LANES["parent_id"]
        if not change.start_time:
            stamp = steps[-1].partition("Z")[0]
            change.start_time = values.microseconds(f"{stamp[:15]}.{stamp[15:21]}+00:00")
            change.ranks |= EMPTY << LANES["start_time"]
    except ValueError:
        raise ValueError(f"dotted_order {order[:80]!r} cannot be read") from None
