"""Whether hooks have the shape that the client insists on."""

from __future__ import annotations

from typing import Any

EVENTS = ("PreToolUse",)


def fault(value: Any) -> str | None:
    """What is wrong with a value of `hooks`; None where the client takes it."""
    if value is None or isinstance(value, dict):
        return None
    return "they are not a list of events"
