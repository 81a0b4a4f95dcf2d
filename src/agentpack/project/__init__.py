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
    unknown,
)
from agentpack.project.overrides import FILE as OVERRIDES_FILE

__all__ = [
    "DEFAULT",
    "LISTS",
    "OVERRIDE",
    "OVERRIDES_FILE",
    "VOCABULARY",
    "Candidate",
    "Conflict",
    "Fact",
    "Facts",
    "Value",
    "detect",
    "unknown",
]
