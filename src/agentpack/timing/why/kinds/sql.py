"""Statements: many of one shape, or few that are slow; and those that wait for another's lock."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from agentpack.timing.why.claim import DATABASE, Claim, clipped, milliseconds, window
from agentpack.timing.why.stretch import Stretches, seconds, union
from agentpack.timing.why.trace import Observed, Place, Query

REPEATED = 5
"""How often a statement comes before it counts as repeated."""
_MANY = 10
_NEAR_S = 0.01
_APART_S = 0.05
_WAITS_CPU = 0.2
_CONTROL = re.compile(
    r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|PRAGMA)\b", re.IGNORECASE
)
_LOCKING = re.compile(
    r"\bFOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE)\b|\bLOCK\s+TABLE\b|advisory_", re.IGNORECASE
)
_WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|BEGIN|COMMIT|WITH)\b", re.IGNORECASE)
_SCAN = re.compile(r"\bSCAN (?!CONSTANT)(?:TABLE )?(\w+)(?! USING (?:COVERING )?INDEX)\b")
_PICKS = re.compile(r"\b(WHERE|ORDER BY|JOIN|GROUP BY)\b", re.IGNORECASE)
_MADE = re.compile(r"\b(?:CO-ROUTINE|MATERIALIZE) (\w+)")


def repeated(observed: Observed) -> Iterator[Claim]:
    """One claim for each shape that was sent again and again."""
    for queries in _by_shape(observed).values():
        if len(queries) < REPEATED or queries[0].batch or _CONTROL.match(queries[0].text):
            continue
        spent = [_end(query) - query.start for query in queries]
        # What is done with each answer before the next is asked for goes with them.
        between = median(two.start - _end(one) for one, two in pairwise(queries))
        near = max(_NEAR_S, 3 * median(spent), min(_APART_S, 3 * between))
        sent = [(query.start, _end(query)) for query in queries]
        # A wait for a processor between two of them does not part them.
        stretches = window(observed, union([*sent, *observed.lost], gap=near))
        many = len(queries) >= _MANY
        surely = len(queries) >= 2 * _MANY
        yield Claim(
            "n-plus-one",
            stretches,
            f"{len(queries)} statements of one shape, {milliseconds(sum(spent))} in the database "
            f"and {milliseconds(seconds(stretches))} in all: {clipped(queries[0].shape)}",
            "Load them together: `selectinload` or `joinedload` for relations, or one statement "
            "with `IN (…)` or a join.",
            DATABASE,
            _place(observed, queries),
            floor_s=0.002 if surely else 0.015 if many else 0.05,
            least=0.3 if many else 0.15,
        )


def slow(observed: Observed, others: Sequence[Observed] = ()) -> Iterator[Claim]:
    """One claim for each shape whose statements are slow by themselves.

    Args:
        observed: the request.
        others: the same request at other times, to compare with.

    """
    for shape, queries in _by_shape(observed).items():
        if len(queries) >= REPEATED and not queries[0].batch:
            continue
        stretches = window(observed, ((query.start, _end(query)) for query in queries))
        if not stretches:
            continue
        slowest = max(queries, key=lambda query: query.end - query.start)
        if _waited(slowest, [query for other in others for query in _by_shape(other)[shape]]):
            yield _lock(slowest, stretches)
        else:
            yield _slow(observed, queries, slowest, stretches)


def _lock(slowest: Query, stretches: Stretches) -> Claim:
    return Claim(
        "lock-wait",
        stretches,
        f"waited {milliseconds(slowest.end - slowest.start)} for a lock of the database: "
        f"{clipped(slowest.text)}",
        "Keep the transaction that holds the lock short, with no slow work inside it, and take "
        "locks as late as possible.",
        DATABASE,
        slowest.place,
        within=frozenset({"event-loop-blocked"}),
    )


def _slow(
    observed: Observed, queries: Sequence[Query], slowest: Query, stretches: Stretches
) -> Claim:
    scan = _scanned(slowest.plan or "") if _PICKS.search(slowest.text) else None
    count = f"{len(queries)} statements" if len(queries) > 1 else "a statement"
    plan = f"; the whole table is read: {slowest.plan}" if scan else ""
    return Claim(
        "slow-query",
        stretches,
        f"{count} took {milliseconds(seconds(stretches))}{plan}: {clipped(slowest.text)}",
        f"Add an index on what `{scan}` is filtered and sorted by, and check it in the plan."
        if scan
        else "Look at its plan (`EXPLAIN ANALYZE`): an index for what it filters and sorts by, "
        "fewer rows or columns.",
        DATABASE,
        _place(observed, queries),
        floor_s=0.01 if scan else 0.05,
        least=0.3 if scan else 0.15,
        within=frozenset() if scan else frozenset({"event-loop-blocked"}),
    )


def _scanned(plan: str) -> str | None:
    """The table that is read as a whole; what the statement makes itself is none."""
    made = set(_MADE.findall(plan))
    return next((name for name in _SCAN.findall(plan) if name not in made), None)


def full_scan(claim: Claim) -> bool:
    """Whether a statement is slow because it reads a whole table."""
    return claim.kind == "slow-query" and not claim.within


def _waited(query: Query, same: Sequence[Query]) -> bool:
    took = query.end - query.start
    if _LOCKING.search(query.text):
        return True
    if not _WRITING.match(query.text):
        return False
    if query.cpu_s is not None:
        return query.cpu_s < _WAITS_CPU * took
    fastest = min((one.end - one.start for one in same), default=took)
    return fastest < _WAITS_CPU * took


def _by_shape(observed: Observed) -> defaultdict[str, list[Query]]:
    found: defaultdict[str, list[Query]] = defaultdict(list)
    for query in observed.trace.queries if observed.trace else ():
        found[query.shape].append(query)
    return found


def _end(query: Query) -> float:
    return query.end + query.read_s


def _place(observed: Observed, queries: Sequence[Query]) -> Place | None:
    """The line that sent most of them; what the answer's model loads is the endpoint's doing."""
    places = Counter(query.place for query in queries if query.place)
    if places:
        return places.most_common(1)[0][0]
    return observed.trace.endpoint if observed.trace else None
