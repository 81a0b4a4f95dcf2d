"""What the portable Agent Skills specification says of a skill's keys (agentskills.io, 2026-08).

It is stricter than Claude Code: a skill that keeps to it loads in every program that does.
"""

from __future__ import annotations

KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")
LONGEST_NAME = 64
LONGEST_DESCRIPTION = 1024
LONGEST_COMPATIBILITY = 500
