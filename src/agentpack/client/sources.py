"""The files that are meant to become agents and skills."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from agentpack import document
from agentpack.document import Problem

MANIFEST = "SKILL.md"


@dataclass(frozen=True, slots=True)
class AgentSource:
    """A file below `.claude/agents`."""

    path: str
    name: str
    """What it calls itself; its file's name where it does not say."""
    body: str
    skills: tuple[str, ...]
    problem: Problem | None
    missing: tuple[str, ...]
    """The keys that every agent needs and that are not there as text."""

    def reason_for_loss(self, log: str, project: Path) -> str:
        """Why the client does not list it: the client's own words where it has any."""
        place = re.escape(str(project / self.path))
        # `Agent file X: why`, `Failed to parse YAML frontmatter in X: why`
        told = re.search(
            rf"(?:Agent file|frontmatter in) {place}: (?P<reason>.+)$", log, re.MULTILINE
        )
        if told and self.problem:
            return (
                f"line {self.problem.line}: {self.problem.reason} (Claude Code: {told['reason']})"
            )
        if told:
            return told["reason"]
        if self.problem:
            return f"line {self.problem.line}: {self.problem.reason}"
        if self.missing:
            return f"its frontmatter has no {' and no '.join(self.missing)} that is text"
        return "Claude Code does not load it, and its log does not say why"


@dataclass(frozen=True, slots=True)
class SkillSource:
    """A folder in `.claude/skills`; `fault` where the client is bound to pass it over."""

    path: str
    name: str
    body: str = ""
    fault: str | None = None


def agents_in(project: Path) -> tuple[AgentSource, ...]:
    """Every Markdown file below the project's `.claude/agents`."""
    folder = project / ".claude" / "agents"
    return tuple(_agent(project, file) for file in sorted(folder.rglob("*.md")) if file.is_file())


def skills_in(project: Path) -> tuple[SkillSource, ...]:
    """Every folder that is a skill, or was meant to be one."""
    folder = project / ".claude" / "skills"
    if not folder.is_dir():
        return ()
    folders = sorted(entry for entry in folder.iterdir() if entry.is_dir())
    return tuple(skill for entry in folders for skill in _skills(project, entry))


def _agent(project: Path, file: Path) -> AgentSource:
    read = document.read(file.read_bytes())
    name = (read.text("name") or "").strip() or file.stem
    path = file.relative_to(project).as_posix()
    missing = tuple(key for key in ("name", "description") if not read.text(key))
    return AgentSource(path, name, read.body, read.names("skills"), read.problem, missing)


def _skills(project: Path, folder: Path) -> list[SkillSource]:
    path = folder.relative_to(project).as_posix()
    names = {entry.name for entry in folder.iterdir()}
    if MANIFEST in names:
        body = document.read((folder / MANIFEST).read_bytes()).body
        return [SkillSource(f"{path}/{MANIFEST}", folder.name, body)]
    misspelt = sorted(name for name in names if name.lower() == MANIFEST.lower())
    if misspelt:
        fault = f"Claude Code reads {MANIFEST} in exactly this spelling"
        return [SkillSource(f"{path}/{misspelt[0]}", folder.name, fault=fault)]
    nested = sorted(folder.glob(f"*/**/{MANIFEST}"))
    fault = "one level too deep: Claude Code reads .claude/skills/NAME/SKILL.md"
    if nested:
        return [
            SkillSource(file.relative_to(project).as_posix(), file.parent.name, fault=fault)
            for file in nested
        ]
    return [SkillSource(path, folder.name, fault=f"the folder has no {MANIFEST}")]
