"""The files that are meant to become agents and skills, and what we expect of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from agentpack import document
from agentpack.roster import Agent, Loss, Source, agents, disk


@dataclass(frozen=True, slots=True)
class AgentSource:
    """A file below `.claude/agents`."""

    path: str
    name: str
    """What it calls itself; its file's name where it does not say."""
    body: str = ""
    skills: tuple[str, ...] = ()
    loss: Loss | None = None
    """Why it is not expected to load."""

    def reason_for_loss(self, log: str, project: Path) -> str:
        """Why the client does not list it: in our words and its own, where it has any."""
        place = re.escape(str(project / self.path))
        # `Agent file X: why`, `Failed to parse YAML frontmatter in X: why`
        told = re.search(
            rf"(?:Agent file|frontmatter in) {place}: (?P<reason>.+)$", log, re.MULTILINE
        )
        ours = f"line {self.loss.line}: {self.loss.reason}" if self.loss else ""
        if told:
            return f"{ours} (Claude Code: {told['reason']})" if ours else told["reason"]
        return ours or "Claude Code does not load it, and its log does not say why"


@dataclass(frozen=True, slots=True)
class SkillSource:
    """A folder in `.claude/skills`; `fault` where the client is bound to pass it over."""

    path: str
    name: str
    body: str = ""
    fault: str | None = None


def agents_in(project: Path, client: str) -> tuple[AgentSource, ...]:
    """Every file below the project's `.claude/agents` that is meant for an agent."""
    found = disk.Folder(project / ".claude" / "agents", project).agents()
    return tuple(sorted((_agent(source, client) for source in found), key=lambda one: one.path))


def skills_in(project: Path) -> tuple[SkillSource, ...]:
    """Every folder that is a skill, or was meant to be one."""
    found = disk.Folder(project / ".claude" / "skills", project).skills()
    return tuple(_skill(source) for source in found)


def _agent(source: Source, client: str) -> AgentSource:
    found = agents.predict(source, client)
    if isinstance(found, Agent):
        return AgentSource(found.path, found.name, found.document.body, found.skills)
    written = found.document.text("name") if found.document else None
    return AgentSource(found.path, written or Path(found.path).stem, loss=found)


def _skill(source: Source) -> SkillSource:
    path = Path(source.path)
    if source.data is None:
        name = path.parent.name if path.name == disk.MANIFEST else path.name
        return SkillSource(source.path, name, fault=source.fault)
    return SkillSource(source.path, path.parent.name, document.read(source.data).body)
