"""What several callers want stored, committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agent_spy.storage.writer import Work
from agent_spy.wire.change import RunChange, join
from agent_spy.wire.multipart import AttachmentPart


@dataclass(slots=True)
class Order:
    """What one caller wants stored, and where it waits."""

    done: asyncio.Future[Any]
    changes: Sequence[RunChange] = ()
    attachments: Sequence[AttachmentPart] = ()
    work: Work | None = None
    outcome: Any = None


def cut(orders: list[Order], longest: int) -> tuple[list[Order], list[Order]]:
    """The first orders, up to about `longest` changes, and the rest."""
    size = taken = 0
    while taken < len(orders) and size < longest:
        size += len(orders[taken].changes)
        taken += 1
    return orders[:taken], orders[taken:]


def joined(group: Iterable[Order]) -> Collection[RunChange]:
    """One change for each run of the group."""
    runs: dict[bytes, RunChange] = {}
    for order in group:
        for change in order.changes:
            before = runs.setdefault(change.id, change)
            if before is not change:
                join(before, change)
    return runs.values()


def answer(group: Iterable[Order], failure: Exception | None) -> None:
    """Wake who waits: with what came of its order, its own mistake, or the group's failure."""
    for order in group:
        if order.done.done():
            continue
        error = failure or (order.outcome if isinstance(order.outcome, Exception) else None)
        if error:
            order.done.set_exception(error)
        else:
            order.done.set_result(order.outcome)
