"""Where a tree keeps its agents and skills: a project, a plugin, or bare folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.roster import disk, plugin
from agentpack.roster.values import Source


@dataclass(frozen=True, slots=True)
class Tree:
    """The files that are, or were meant to be, agents and skills."""

    agents: list[Source]
    skills: list[Source]


def find(root: Path) -> Tree:
    """Look for agents and skills.

    A project's `.claude` comes before a plugin's manifest, and that before
    bare folders `agents` and `skills`, loose files, and loose skills.

    Raises:
        AgentpackError: `root` is not there.
    """
    if not disk.exists(root):
        raise AgentpackError("there is no such file or folder", path=root)
    if root.is_file():
        source = disk.Folder(root.parent, root.parent).file(root)
        is_skill = root.name == disk.MANIFEST
        return Tree([], [source]) if is_skill else Tree([source], [])
    for base in (root / ".claude", root):
        if base == root and disk.exists(root / ".claude-plugin" / "plugin.json"):
            return Tree(*plugin.find(root))
        agents, skills = base / "agents", base / "skills"
        if disk.exists(agents) or disk.exists(skills):
            return Tree(disk.Folder(agents, root).agents(), disk.Folder(skills, root).skills())
    here = disk.Folder(root, root)
    if disk.has_skills(root):
        return Tree([], here.skills())
    return Tree(here.agents(), [])
