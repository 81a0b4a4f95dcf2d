"""Parameters that are told twice: refused, since nobody can know which one was meant."""

from __future__ import annotations

from collections import Counter

from fastapi import HTTPException, Request

_SEVERAL = {"id", "reference_dataset", "run", "key", "source", "session", "selects"}


async def once(request: Request) -> None:
    """Refuse a query that tells a parameter twice which is no list."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    twice = sorted(name for name, count in counts.items() if count > 1 and name not in _SEVERAL)
    if twice:
        raise HTTPException(422, f"{twice[0]} is told more than once")
