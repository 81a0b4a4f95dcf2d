"""What the real client made of agents and skills."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agentpack import tokens
from agentpack.client import AgentVerdict, SkillVerdict, Verification
from agentpack.report.terminal import Style, table


def to_json(verification: Verification) -> dict[str, Any]:
    """The documented shape of `verify --format json`."""
    return asdict(verification)


def to_text(verification: Verification, style: Style) -> str:
    """A line for each agent and skill, then each failure with its reason."""
    yes, no = style.paint("green", "loaded"), style.paint("red", "LOST  ")
    agents = [
        (
            yes if agent.loaded else no,
            agent.name,
            agent.model or "",
            agent.tools_told.replace("All tools", "all tools"),
            f"{agent.tokens} tokens" if agent.loaded else "",
            f"preloads {', '.join(agent.skills)}" if agent.skills else "",
        )
        for agent in verification.agents
    ]
    skills = [
        (
            yes if skill.loaded else no,
            skill.name,
            f"{skill.tokens} tokens"
            if skill.listed
            else "not told to the model"
            if skill.loaded
            else "",
        )
        for skill in verification.skills
    ]
    parts = [style.paint("bold", f"Claude Code {verification.client}")]
    if agents:
        parts.append("Agents\n" + table(agents, style))
    if skills:
        parts.append("Skills\n" + table(skills, style))
    if verification.failures:
        rows = [(failure.path, failure.reason) for failure in verification.failures]
        parts.append("Not as written\n" + table(rows, style, ("red", "")))
    parts.append(_sum(verification))
    return "\n\n".join(parts)


def _sum(verification: Verification) -> str:
    every: list[AgentVerdict | SkillVerdict] = [*verification.agents, *verification.skills]
    cost = sum(entry.tokens for entry in every)
    loaded = sum(entry.loaded for entry in every)
    return (
        f"{loaded} of {len(every)} load. They add about {cost} tokens to every conversation "
        f"({tokens.METHOD})."
    )
