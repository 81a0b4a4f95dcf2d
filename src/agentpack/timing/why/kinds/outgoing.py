"""Outgoing HTTP: one slow host, or many calls one after the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from agentpack.timing.why.claim import API_DESIGN, ASYNC, Claim, milliseconds, window
from agentpack.timing.why.stretch import seconds, union
from agentpack.timing.why.trace import Call, Observed

_MANY = 5


def claims(observed: Observed, *, over: bool) -> Iterator[Claim]:
    """One claim for each host.

    Args:
        observed: the request.
        over: whether it is over its budget; if not, a few slow calls are no fault.

    """
    found: dict[str, list[Call]] = defaultdict(list)
    for call in observed.trace.calls if observed.trace else ():
        found[call.host].append(call)
    for host, calls in found.items():
        asked = [call for call in calls if call.method] or calls
        many = len(asked) >= _MANY
        if not many and not over:
            continue
        gap = 0.01 if many else 0.0
        stretches = window(observed, union(((call.start, call.end) for call in calls), gap=gap))
        if not stretches:
            continue
        spent = sum(call.end - call.start for call in calls)
        in_turn = spent <= seconds(stretches) * 1.5
        yield Claim(
            "outgoing-http",
            stretches,
            f"{_count(asked)} to {host or 'another server'} took "
            f"{milliseconds(seconds(stretches))}"
            + (", one after the other" if many and in_turn else ""),
            "Ask for all of it in one call, or make the calls at the same time with a bound."
            if many and in_turn
            else "Give it a short timeout, cache what may be a little old, or do it after the "
            "answer; make calls that are independent at the same time.",
            ASYNC if many else API_DESIGN,
            Counter(call.place for call in asked).most_common(1)[0][0],
            within=frozenset({"event-loop-blocked"}),
        )


def _count(calls: list[Call]) -> str:
    path = Counter(f"{call.method} {call.path}" for call in calls).most_common(1)[0][0]
    return f"{len(calls)} HTTP calls" if len(calls) > 1 else f"`{path}`"
