"""A run as the dashboard shows it, written as JSON by hand: there are thousands in a tree."""

from __future__ import annotations

import orjson

from agent_spy.repositories.runs import NodeRow
from agent_spy.wire import values

_MOST = 4_096
_LONGEST = 1_000
"""What is written longer is not kept: a name may be as long as a body."""


class _Written(dict[NodeRow, str]):
    """Runs by what is known of them, the ones that came first given up first.

    A trace that grows is looked at again and again, and most of its runs are as they were.
    """

    def __missing__(self, node: NodeRow) -> str:
        text = _write(node)
        if len(text) <= _LONGEST:
            if len(self) >= _MOST:
                del self[next(iter(self))]
            self[node] = text
        return text


opened = _Written().__getitem__
"""A run's object without the closing brace."""


def _write(node: NodeRow) -> str:
    identity, _, name, run_type, status, start, end = node
    told = {"name": name or "", "run_type": run_type or "chain", "status": status}
    return (
        f'{{"id":"{values.id_text(identity)}",{orjson.dumps(told)[1:-1].decode()},'
        f'"start_time":{_time(start)},"end_time":{_time(end)},'
        f'"duration_ms":{_milliseconds(start, end)}'
    )


def _time(moment: int | None) -> str:
    return f'"{values.iso(moment)}"' if moment else "null"


def _milliseconds(start: int, end: int | None) -> str | float:
    if not start or end is None:
        return "null"
    whole, rest = divmod(end - start, 1000)
    return (end - start) / 1000 if rest else whole
