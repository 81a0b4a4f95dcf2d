"""One piece of feedback as a client words it."""

from __future__ import annotations

from typing import Any

import msgspec

from agent_spy.wire import values

_NOTHING = msgspec.Raw(b"null")
_JSON = ("value", "correction", "feedback_source", "extra")
_IDS = ("run_id", "trace_id", "comparative_experiment_id", "feedback_group_id")


class Message(msgspec.Struct):
    """The keys that are read; others are passed over."""

    id: str | None = None
    run_id: str | None = None
    trace_id: str | None = None
    session_id: str | None = None
    key: str | None = None
    score: bool | int | float | None = None
    value: msgspec.Raw = _NOTHING
    comment: str | None = None
    correction: msgspec.Raw = _NOTHING
    feedback_source: msgspec.Raw = _NOTHING
    extra: msgspec.Raw = _NOTHING
    error: bool | None = None
    created_at: str | float | None = None
    modified_at: str | float | None = None
    start_time: str | float | None = None
    comparative_experiment_id: str | None = None
    feedback_group_id: str | None = None


_read = msgspec.json.Decoder(Message).decode


def understand(
    message: bytes, now: int, identity: str | None = None, *, fallback: str | None = None
) -> dict[str, Any]:
    """The columns of a piece of feedback; JSON stays as it was sent.

    Args:
        message: its JSON.
        now: the present, for times that the client left out.
        identity: its id where the part's name gives it.
        fallback: its id where nothing gives one.

    Raises:
        ValueError: it cannot be understood; the text says why.
    """
    said = _read(message)
    found = told(said)
    identity = identity or said.id or fallback
    if identity is None:
        raise ValueError("feedback needs an id")
    if not said.key:
        raise ValueError("feedback needs a key")
    created = now if said.created_at is None else values.microseconds(said.created_at)
    return {
        "id": values.run_id(identity),
        "key": said.key.replace("\0", "\ufffd"),
        "project_id": values.run_id(said.session_id) if said.session_id else None,
        "error": said.error,
        "start_time": None if said.start_time is None else values.microseconds(said.start_time),
        "created_at": created,
        "updated_at": created
        if said.modified_at is None
        else values.microseconds(said.modified_at),
        **dict.fromkeys(("score", "comment", *_JSON)),
        **{name: values.run_id(text) if (text := getattr(said, name)) else None for name in _IDS},
        **found,
    }


def change(message: bytes) -> dict[str, Any]:
    """What an update says: only what it tells.

    Raises:
        ValueError: it cannot be understood.
    """
    return told(_read(message))


def told(said: Message) -> dict[str, Any]:
    """Score, comment and JSON, where they are told."""
    found: dict[str, Any] = {}
    if said.score is not None:
        try:
            found["score"] = float(said.score)
        except OverflowError:
            raise ValueError("the score is too great a number") from None
    if said.comment is not None:
        found["comment"] = said.comment.replace("\0", "\ufffd")
    for name in _JSON:
        data = bytes(getattr(said, name))
        if data != b"null":
            found[name] = data.decode()
    return found
