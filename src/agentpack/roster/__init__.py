"""Documents to `Roster`: what Claude Code will load, what it drops, and why."""

from agentpack.roster.predict import predict, read, read_plugin, read_project
from agentpack.roster.values import Agent, Loss, Roster, Skill, Source

__all__ = [
    "Agent",
    "Loss",
    "Roster",
    "Skill",
    "Source",
    "predict",
    "read",
    "read_plugin",
    "read_project",
]
