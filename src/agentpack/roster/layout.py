"""Where a tree keeps its agents and skills: a project, a plugin, or bare folders."""

from __future__ import annotations

from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.record import Record
from agentpack.roster import disk, plugin
from agentpack.roster.values import Source


class Tree(Record):
    """The files that are, or were meant to be, agents and skills."""

    agents: list[Source]
    skills: list[Source]


def folders(base: Path, root: Path) -> Tree:
    """What is in the folders `agents` and `skills` of `base`."""
    agents = disk.Folder(base / "agents", root).agents()
    return Tree(agents, disk.Folder(base / "skills", root).skills())


def of_plugin(root: Path) -> Tree:
    """What the plugin at `root` publishes."""
    return Tree(*plugin.find(root))


def find(root: Path) -> Tree:
    """Look for agents and skills.

    A project's `.claude` and a plugin can be in one folder. Where neither is, there are bare
    folders `agents` and `skills`, or loose files, or loose skills.

    Raises:
        AgentpackError: `root` is neither a folder nor a Markdown file.
    """
    if root.suffix.lower() == ".md" and root.is_file():
        folder = disk.Folder(root.parent, root.parent)
        if root.name == disk.MANIFEST:
            return Tree([], [folder.file(root, root.resolve().parent.name)])
        return Tree([folder.file(root)], [])
    if not root.is_dir():
        raise AgentpackError("not a directory, nor a Markdown file", path=root)
    project = root / ".claude"
    if disk.exists(root / plugin.MANIFEST):
        ours, published = folders(project, root), of_plugin(root)
        return Tree(
            _each_once(ours.agents + published.agents), _each_once(ours.skills + published.skills)
        )
    for base in (project, root):
        if disk.exists(base / "agents") or disk.exists(base / "skills"):
            return folders(base, root)
    here = disk.Folder(root, root)
    if disk.has_skills(root):
        return Tree([], here.skills())
    # Any folder may have Markdown in it: only frontmatter tells that agents are meant.
    return Tree(here.agents() if disk.has_frontmatter(root) else [], [])


def _each_once(sources: list[Source]) -> list[Source]:
    """A manifest can name what is in `.claude`: the plugin's is then the one that others get."""
    return list({source.path: source for source in sources}.values())
