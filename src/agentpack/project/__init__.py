"""What is true of a project, each fact with where it was found."""

from agentpack.project.facts import VOCABULARY, Candidate, Conflict, Fact, Facts, Value

OVERRIDES = "agentpack.toml"
"""The file of a project that overrides what was detected."""

__all__ = ["OVERRIDES", "VOCABULARY", "Candidate", "Conflict", "Fact", "Facts", "Value"]
