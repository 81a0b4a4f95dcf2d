"""From what the files claim to facts: the best claim wins, and rivals are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentpack.project.facts import (
    DEFAULT,
    VOCABULARY,
    Candidate,
    Conflict,
    Fact,
    Facts,
    Value,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one place says about one fact.

    Args:
        fact: the fact's name.
        value: what it says.
        source: `file:line`, or `default`.
        rank: how far it is to be trusted; 0 is the best.
        contests: whether it contradicts a better claim of another value, whatever its rank.
            Claims of the best rank always do.

    """

    fact: str
    value: Value
    source: str
    rank: int = 0
    contests: bool = False


def _settle(name: str, claims: list[Claim]) -> tuple[Fact, Conflict | None]:
    if not claims:
        return Fact(name, None, DEFAULT), None
    ranked = sorted(claims, key=lambda claim: claim.rank)
    best = ranked[0]
    stated = next(
        (claim for claim in ranked if claim.value == best.value and claim.source != DEFAULT), best
    )
    candidates = {best.value: Candidate(best.value, stated.source)}
    for claim in ranked:
        if claim.rank == best.rank or claim.contests:
            candidates.setdefault(claim.value, Candidate(claim.value, claim.source))
    conflict = Conflict(name, tuple(candidates.values())) if len(candidates) > 1 else None
    return Fact(name, best.value, stated.source), conflict


def settle(claims: Iterable[Claim], overrides: Mapping[str, Fact] | None = None) -> Facts:
    """Choose a value for every fact of the vocabulary.

    Two claims contradict each other when they differ and both are the best there is, or when
    one says of itself that it contests. An override ends every dispute.
    """
    by_name: dict[str, list[Claim]] = {name: [] for name in VOCABULARY}
    for claim in claims:
        by_name[claim.fact].append(claim)
    facts: dict[str, Fact] = {}
    conflicts = []
    for name, stated in by_name.items():
        if overrides and name in overrides:
            facts[name] = overrides[name]
            continue
        facts[name], conflict = _settle(name, stated)
        if conflict:
            conflicts.append(conflict)
    if not overrides or "base_url" not in overrides:
        facts["base_url"] = _base_url(facts["port"])
    return Facts(facts, tuple(conflicts))


def _base_url(port: Fact) -> Fact:
    """The URL follows from the port, disputes included: they are shown once, as the port's."""
    url = None if port.value is None else f"http://localhost:{port.value}"
    return Fact("base_url", url, port.source)
