"""A run as the dashboard shows it, written as JSON by hand: there are thousands in a tree."""

from __future__ import annotations

from functools import lru_cache

import orjson

from agent_spy.repositories.runs import Node
from agent_spy.wire import values


def opened(node: Node) -> str:
    """Its object without the closing brace."""
    identity, _, name, run_type, status, start, end = node
    return (
        f'{{"id":"{values.id_text(identity)}","name":{_quoted(name or "")},'
        f'"run_type":{_quoted(run_type or "chain")},"status":"{status}",'
        f'"start_time":{_time(start)},"end_time":{_time(end)},'
        f'"duration_ms":{_milliseconds(start, end)}'
    )


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    """Agents have few names, and say them often."""
    return orjson.dumps(text).decode()


def _time(moment: int | None) -> str:
    return f'"{values.iso(moment)}"' if moment else "null"


def _milliseconds(start: int, end: int | None) -> str | float:
    if not start or end is None:
        return "null"
    whole, rest = divmod(end - start, 1000)
    return (end - start) / 1000 if rest else whole
