"""The best claim becomes the fact; rivals become a conflict, never silence."""

from __future__ import annotations

from agentpack.project import DEFAULT, VOCABULARY, Candidate, Conflict
from agentpack.project.claims import Claim, settle


def test_every_fact_of_the_vocabulary_is_there_in_its_order() -> None:
    """A fact that nobody claims is None, by default."""
    facts = settle([])
    assert [fact.name for fact in facts] == list(VOCABULARY)
    assert all(fact.value is None and fact.source == DEFAULT for fact in facts)


def test_the_best_rank_wins_without_dispute() -> None:
    """Weaker evidence does not contradict stronger evidence, unless it says that it does."""
    facts = settle([Claim("port", 1, "a:1", 2), Claim("port", 2, "b:1", 1)])
    assert facts["port"].value == 2
    assert not facts.conflicts


def test_equals_that_differ_are_a_conflict() -> None:
    """The one taken stands first, each value once with its first source."""
    claims = [Claim("port", 1, "a:1"), Claim("port", 2, "b:1"), Claim("port", 2, "c:1")]
    assert settle(claims).conflicts == (
        Conflict("port", (Candidate(1, "a:1"), Candidate(2, "b:1"))),
    )


def test_a_written_source_is_told_rather_than_a_default() -> None:
    """A value that somebody wrote down is not called a default."""
    claims = [Claim("port", 8000, DEFAULT), Claim("port", 8000, "compose.yml:4", 1)]
    assert settle(claims)["port"].source == "compose.yml:4"
