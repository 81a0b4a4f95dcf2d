"""From what was seen of an endpoint to why it is slow. A pure function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from agentpack.timing.result import Cause, CauseKind
from agentpack.timing.sample import Sample
from agentpack.timing.why.claim import Claim, milliseconds
from agentpack.timing.why.kinds import (
    answering,
    background,
    blocked,
    code,
    cold,
    outgoing,
    sql,
    waits,
)
from agentpack.timing.why.stretch import Stretches, common, seconds, union, without
from agentpack.timing.why.trace import Observed

_MOST = 5
_CROWDED_S = 0.05
_CROWDED = 0.2
_MOSTLY = 0.5
_SHARED: frozenset[CauseKind] = frozenset({"pool-wait", "lock-wait"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A cause, and where it stands among the others."""

    cause: Cause
    computes: bool
    rank: float
    """Its share, and no more than that of the cause whose time it shares."""


def judge(
    warm: Sequence[Observed],
    *,
    budget_s: float,
    first: Observed | None = None,
    crowd: Sequence[Observed] = (),
    plain_cold: Sample | None = None,
    plain_warm: Sequence[Sample] = (),
) -> tuple[Cause, ...]:
    """Why an endpoint is slow, the largest cause first; nothing for one that is not.

    Args:
        warm: the same request, sent alone and watched from both sides, some times.
        budget_s: what it may take; below it, mere waiting is no fault.
        first: the first one after the application was started.
        crowd: some that were sent at the same time, to see what they wait for from each other.
        plain_cold: the first one without anybody watching.
        plain_warm: the later ones without anybody watching.

    """
    found: list[_Found] = []
    if warm:
        typical = typical_of(warm, budget_s, plain_warm)
        found = _explained(typical, warm, over=typical.sample.total_s > budget_s)
        kinds = {one.cause.kind for one in found}
        found += _in_a_crowd(crowd, kinds)
        late = background.after(typical)
        if late is not None and "background-task" not in kinds:
            ran = seconds(late.stretches)
            found.append(_found(late, ran / (ran + typical.seconds)))
    # The sort is stable: what shares another's time stays behind it.
    found.sort(key=lambda one: (one.cause.kind == "unknown", -one.rank))
    causes = [one.cause for one in found]
    served = tuple(plain_warm) or tuple(one.sample for one in warm)
    start = cold.cold(first, served, plain_cold)
    if start is not None:
        causes.append(_found(*start).cause)
    return tuple(causes[:_MOST])


def typical_of(warm: Sequence[Observed], budget_s: float, plain: Sequence[Sample] = ()) -> Observed:
    """Of those of which most say the same: the one most like the plain ones; else the median."""
    alike = _alike(warm, budget_s)
    usual = [sample.total_s for sample in plain if sample.error is None]
    if not usual:
        return sorted(alike, key=lambda one: one.seconds)[len(alike) // 2]
    usually = median(usual)
    return min(alike, key=lambda one: abs(one.sample.total_s - usually))


def agreed(warm: Sequence[Observed], budget_s: float, times: int) -> bool:
    """Whether so many of them say the same: other work on the machine disturbs some."""
    return len(_alike(warm, budget_s)) >= times


def _alike(warm: Sequence[Observed], budget_s: float) -> list[Observed]:
    said: dict[object, list[Observed]] = defaultdict(list)
    for one in warm:
        found = _explained(one, warm, over=one.sample.total_s > budget_s)
        late = background.after(one)
        first = max(found, key=lambda each: each.rank).cause if found else None
        said[first and (first.kind, first.file, first.line), late is None].append(one)
    return max(said.values(), key=len)


def _explained(typical: Observed, warm: Sequence[Observed], *, over: bool) -> list[_Found]:
    whole = typical.own
    fastest = min(warm, key=lambda one: one.seconds)
    computes = fastest.seconds > _MOSTLY * typical.seconds or any(
        one.computes for one in _explained(fastest, [fastest], over=over)
    )
    taken: Stretches = ()
    kept: list[tuple[Claim, float]] = []
    found: list[_Found] = []
    for claim in _claims(typical, warm, over=over):
        shared = [(one, rank) for one, rank in kept if one.kind in claim.within]
        apart = union(
            stretch for one, _ in kept if one.kind not in claim.within for stretch in one.stretches
        )
        left = without(common(claim.stretches, whole), apart)
        spent = seconds(left)
        if spent < claim.floor_s or spent < claim.least * typical.seconds:
            continue
        if claim.computes and not computes:
            continue
        share = spent / typical.seconds
        above = [
            rank for one, rank in shared if seconds(common(left, one.stretches)) > _MOSTLY * spent
        ]
        rank = min([share, *above])
        kept.append((claim, rank))
        taken = union([*taken, *left])
        found.append(_found(claim, share, rank))
    left = without(whole, taken)
    if over and left:
        rest, spent = code.unknown(typical, left), seconds(left)
        if spent >= max(rest.floor_s, rest.least * typical.seconds):
            found.append(_found(rest, spent / typical.seconds))
    return found


def _claims(typical: Observed, warm: Sequence[Observed], *, over: bool) -> Iterator[Claim]:
    """All claims: what comes first takes its time from those behind it."""
    yield from sql.repeated(typical)
    slow = list(sql.slow(typical, warm))
    yield from filter(sql.full_scan, slow)
    serialization = list(answering.serialization(typical))
    yield from (claim for claim in serialization if not claim.within)
    yield from background.claims(typical)
    yield from answering.transfer(typical)
    yield from blocked.claims(typical)
    yield from waits.claims(typical)
    yield from (claim for claim in slow if not sql.full_scan(claim))
    calls = list(outgoing.claims(typical, over=True))
    # What is no fault by itself is no unknown either: it is only not named.
    yield from outgoing.claims(typical, over=over)
    yield from answering.stream(typical)
    known = union(stretch for claim in [*slow, *calls] for stretch in claim.stretches)
    yield from (claim for claim in serialization if claim.within)
    yield from code.computing(typical, known)
    yield from code.dependencies(typical)


def _in_a_crowd(crowd: Sequence[Observed], known: set[CauseKind]) -> list[_Found]:
    """What requests at the same time wait for from each other: pools and locks."""
    total = sum(one.seconds for one in crowd)
    waited: dict[CauseKind, list[Claim]] = {}
    for one in crowd:
        stuck = union(stretch for claim in blocked.claims(one) for stretch in claim.stretches)
        for claim in [*waits.claims(one), *sql.slow(one, crowd)]:
            # Behind a stuck loop everybody waits; that is no lock's fault.
            alone = seconds(without(claim.stretches, stuck))
            if claim.kind in _SHARED - known and alone > _MOSTLY * seconds(claim.stretches):
                waited.setdefault(claim.kind, []).append(claim)
    found = []
    for claims in waited.values():
        spent = sum(seconds(claim.stretches) for claim in claims)
        if spent < _CROWDED * total or spent < _CROWDED_S * len(crowd):
            continue
        longest = max(claims, key=lambda claim: seconds(claim.stretches))
        mean = milliseconds(total / len(crowd))
        told = f"with {len(crowd)} requests at once, {mean} each: {longest.detail}"
        found.append(_found(replace(longest, detail=told), spent / total))
    return found


def _found(claim: Claim, share: float, rank: float | None = None) -> _Found:
    cause = Cause(
        kind=claim.kind,
        share=round(min(1.0, share), 3),
        detail=claim.detail,
        mend=claim.mend,
        reference=claim.reference,
        file=claim.place.file if claim.place else None,
        line=claim.place.line if claim.place else None,
    )
    return _Found(cause, claim.computes, share if rank is None else rank)
