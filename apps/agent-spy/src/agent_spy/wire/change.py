"""What one message says of a run, and how two messages about the same run join.

Messages about a run arrive in any order, several times, and in any batches: under load the
SDK's PATCH overtakes its POST. So a run's state is the *join* of all that was said of it, field
by field: commutative, associative and idempotent, whatever came first.

Each field has a rank, and the higher rank wins; between equal ranks the greater value does:

| rank | what was said of the field                                  |
|------|-------------------------------------------------------------|
| 0    | nothing, or null: SDKs repeat fields as null                |
| 1    | an empty object or list: what SDKs send before there is any |
| 2    | a value, by a POST                                          |
| 3    | a value, by a PATCH                                         |

A rank is kept as that many low bits set (0, 1, 3, 7) in the field's lane of one integer, so that
the ranks of a join are the bitwise *or* of both.
"""

from __future__ import annotations

from typing import Any

import msgspec

LANE = 3
"""Bits that a field's rank takes."""
FULL = (1 << LANE) - 1
"""The bits of one lane."""
EMPTY, POSTED, PATCHED = 0b001, 0b011, 0b111


class RunChange(msgspec.Struct):
    """What is known of a run: by one message, or by all so far.

    Times are microseconds since 1970 in UTC. Payloads are the bytes of their JSON as sent.
    """

    id: bytes
    ranks: int = 0
    name: str | None = None
    run_type: str | None = None
    start_time: int = 0
    """0 until somebody tells it: then the run sorts behind all others."""
    end_time: int | None = None
    parent_id: bytes | None = None
    trace_id: bytes | None = None
    dotted_order: str | None = None
    project_id: bytes | None = None
    reference_example_id: bytes | None = None
    said_status: str | None = None
    """A status that a client sent; what counts is made of `end_time` and `error`."""
    first_token_time: int | None = None
    error: str | None = None
    tags: str | None = None
    inputs: str | None = None
    outputs: str | None = None
    events: str | None = None
    extra: str | None = None
    serialized: str | None = None
    usage: str | None = None
    """Tokens and cost, `{"prompt", "completion", "total", "cost"}`, as found in the payloads."""


FIELDS: tuple[str, ...] = RunChange.__struct_fields__[2:]
"""The fields that join, in the order of their lanes."""
LANES: dict[str, int] = {field: LANE * place for place, field in enumerate(FIELDS)}
"""How far a field's lane is shifted."""


def join(one: RunChange, other: RunChange) -> RunChange:
    """All that both say of the same run; `one` is changed and returned."""
    mine, theirs = one.ranks, other.ranks
    for field, shift in LANES.items():
        new = (theirs >> shift) & FULL
        if not new:
            continue
        old = (mine >> shift) & FULL
        if new > old or (new == old and _greater(getattr(other, field), getattr(one, field))):
            setattr(one, field, getattr(other, field))
    one.ranks = mine | theirs
    return one


def _greater(one: Any, other: Any) -> bool:
    """As the databases compare: numbers by size, texts by their UTF-8 bytes."""
    if isinstance(one, str):
        return one.encode() > str(other).encode()
    return bool(one > other)
