"""A run as the dashboard shows it, written as JSON by hand: there are thousands in a tree."""

from __future__ import annotations

from functools import lru_cache

import orjson

from agent_spy.repositories.runs import Node
from agent_spy.wire import values

_LONGEST = 200
"""What has a longer name is not kept: a name may be as long as a body."""


def opened(node: Node) -> str:
    """Its object without the closing brace."""
    short = len(node.name or "") + len(node.run_type or "") <= _LONGEST
    return _kept(node) if short else _written(node)


def _written(node: Node) -> str:
    identity, _, name, run_type, status, start, end = node
    told = {"name": name or "", "run_type": run_type or "chain", "status": status}
    return (
        f'{{"id":"{values.id_text(identity)}",{orjson.dumps(told)[1:-1].decode()},'
        f'"start_time":{_time(start)},"end_time":{_time(end)},'
        f'"duration_ms":{_milliseconds(start, end)}'
    )


_kept = lru_cache(maxsize=4096)(_written)
"""A trace that grows is looked at again and again, and most of its runs are as they were."""


def _time(moment: int | None) -> str:
    return f'"{values.iso(moment)}"' if moment else "null"


def _milliseconds(start: int, end: int | None) -> str | float:
    if not start or end is None:
        return "null"
    whole, rest = divmod(end - start, 1000)
    return (end - start) / 1000 if rest else whole
