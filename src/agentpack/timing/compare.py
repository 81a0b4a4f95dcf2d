"""Levels beside a baseline: what looks slower is measured anew before it is called a regression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentpack.timing.baseline import Baseline, Change, Level, change, pooled
from agentpack.timing.floor import KIND

ROUNDS = 3
"""How often a baseline is measured, and at most what looks slower than it: each time on a server
that was started anew, since two starts of the same program differ by some per cent."""

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

    def suspects(levels: Levels, among: frozenset[str]) -> frozenset[str]:
        return frozenset(
            name
            for name in among & levels.keys()
            if change(baseline.levels[name], levels[name], comparable=comparable).suspect
        )

    known = frozenset(first) & baseline.levels.keys()
    rounds = [first]
    suspected = suspects(first, known)
    while suspected and len(rounds) < ROUNDS:
        rounds.append(again(suspected))
        suspected = suspects(rounds[-1], suspected)
    found = {}
    for name in known:
        before = baseline.levels[name]
        now = pooled(levels[name] for levels in rounds if name in levels)
        what = change(before, now, comparable=comparable)
        found[name] = Compared(before, now, what, name in suspected and what.suspect)
    return found
