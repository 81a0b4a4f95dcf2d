"""What Claude Code will load, and what it will not."""

from __future__ import annotations

from typing import Any

from agentpack import tokens
from agentpack.report.terminal import Style, count, table
from agentpack.roster import Roster

_WIDEST = 60


def to_json(roster: Roster) -> dict[str, Any]:
    """The documented shape of `inspect --format json`."""
    return {
        "client": roster.client,
        "agents": [
            {
                "name": agent.name,
                "description": agent.description,
                "tools": None if agent.tools is None else list(agent.tools),
                "disallowed_tools": list(agent.disallowed_tools),
                "model": agent.model,
                "skills": list(agent.skills),
                "path": agent.path,
                "tokens": agent.tokens,
            }
            for agent in roster.agents
        ],
        "skills": [
            {
                "name": skill.name,
                "description": skill.description,
                "listed": skill.listed,
                "path": skill.path,
                "tokens": skill.tokens,
            }
            for skill in roster.skills
        ],
        "dropped": [
            {"path": loss.path, "line": loss.line, "reason": loss.reason, "rule": loss.rule}
            for loss in roster.lost
        ],
    }


def to_text(roster: Roster, style: Style) -> str:
    """A line for each agent and skill, then each loss with its place and reason."""
    parts = [style.paint("bold", f"As Claude Code {roster.client} reads it")]
    if roster.agents:
        rows = [
            (
                _line(agent.name),
                agent.model or "",
                _line(agent.told.replace("All tools", "all tools")),
                f"preloads {', '.join(agent.skills)}" if agent.skills else "",
                f"{agent.tokens} tokens",
                _line(agent.description),
            )
            for agent in roster.agents
        ]
        parts.append("Agents\n" + table(rows, style, ("bold", "", "", "", "dim", "dim")))
    if roster.skills:
        skills = [
            (
                _line(skill.name),
                f"{skill.tokens} tokens" if skill.listed else "not told to the model",
                _line(skill.description),
            )
            for skill in roster.skills
        ]
        parts.append("Skills\n" + table(skills, style, ("bold", "dim", "dim")))
    for title, losses in (("Dropped", roster.dropped), ("Not as written", roster.changed)):
        if losses:
            lines = [(f"{loss.path}:{loss.line}", loss.rule, loss.reason) for loss in losses]
            parts.append(f"{title}\n" + table(lines, style, ("red", "dim", "")))
    parts.append(_sum(roster))
    return "\n\n".join(parts)


def _sum(roster: Roster) -> str:
    cost = sum(agent.tokens for agent in roster.agents)
    cost += sum(skill.tokens for skill in roster.skills)
    lost = f", {len(roster.lost)} not as written" if roster.lost else ""
    return (
        f"{count(len(roster.agents), 'agent')} and {count(len(roster.skills), 'skill')}{lost}. "
        f"They add about {cost} tokens to every conversation ({tokens.METHOD})."
    )


def _line(text: str) -> str:
    """A text on one line of a bearable length, with nothing in it that a terminal obeys."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text[: _WIDEST + 1])
    return f"{shown[: _WIDEST - 1]}…" if len(shown) > _WIDEST else shown
