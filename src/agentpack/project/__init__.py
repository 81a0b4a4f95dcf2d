"""What is true of a user's repository, and where that was found."""

from __future__ import annotations

from agentpack.project.detect import detect
from agentpack.project.facts import (
    DEFAULT,
    LISTS,
    OVERRIDE,
    VOCABULARY,
    Candidate,
    Conflict,
    Fact,
    Facts,
    Value,
)

__all__ = [
    "DEFAULT",
    "LISTS",
    "OVERRIDE",
    "VOCABULARY",
    "Candidate",
    "Conflict",
    "Fact",
    "Facts",
    "Value",
    "detect",
]
