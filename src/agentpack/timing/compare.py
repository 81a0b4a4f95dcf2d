"""Levels beside a baseline: what looks slower is measured anew before it is called a regression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from agentpack.timing.baseline import Baseline, Change, Level, change, pooled, slowness
from agentpack.timing.floor import KIND

ROUNDS = 5
"""How often a baseline is measured, and at most what looks slower than it: each time on a server
that was started anew, since two starts of the same program differ by some per cent."""
_SUSPECT, _CLEARED = 1.05, 1.03
"""What is slower by so much is measured anew, until it is no longer slower by so much."""
_FASTER = 0.8
"""The fixed work takes so much of its time in the baseline on a machine that is much faster."""

Levels = Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class Compared:
    """An endpoint beside its baseline."""

    before: Level
    now: Level
    change: Change
    regressed: bool


def compare(
    baseline: Baseline,
    first: Levels,
    again: Callable[[frozenset[str]], Levels],
    notes: list[str],
) -> dict[str, Compared]:
    """Compare what the baseline knows.

    Args:
        baseline: what was.
        first: what was measured now.
        again: measures some endpoints anew.
        notes: gets what a reader has to know of the comparison.

    """
    comparable = baseline.reference == KIND
    if not comparable:
        notes.append(
            f"the baseline was made beside {baseline.reference}, this run beside {KIND}: "
            "only plain times are compared"
        )
    unknown = sorted(first.keys() - baseline.levels.keys())
    if unknown:
        notes.append(f"not in the baseline: {', '.join(unknown)}")
    known = [
        name
        for name in first.keys() & baseline.levels.keys()
        if first[name].corrected == baseline.levels[name].corrected
    ]
    other = sorted(first.keys() - set(unknown) - set(known))
    if other:
        notes.append(f"measured in another way than in the baseline: {', '.join(other)}")

    speeds = [slowness(baseline.levels[name], first[name]) for name in known] if comparable else []
    if speeds and median(speeds) < _FASTER:
        notes.append(
            "the machine is much faster than the baseline's, so a regression can hide: "
            "make the baseline where it is checked"
        )

    def told(name: str) -> Compared:
        before = baseline.levels[name]
        now = pooled(levels[name] for levels in rounds if name in levels)
        found = change(before, now, comparable=comparable)
        return Compared(before, now, found, len(rounds) == ROUNDS and found.regressed)

    rounds = [first]
    found = {name: told(name) for name in known}
    bound = _SUSPECT
    while len(rounds) < ROUNDS:
        suspected = frozenset(
            name for name, one in found.items() if name in rounds[-1] and one.change.slower > bound
        )
        if not suspected:
            break
        rounds.append(again(suspected))
        found |= {name: told(name) for name in suspected}
        bound = _CLEARED
    return found
