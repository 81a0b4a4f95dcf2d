"""Which trees of agents and skills there are below a path: projects, plugins, bare folders."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

_SKIPPED = {
    ".git",
    ".hg",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".agentpack",
    "site-packages",
}
_HOLDERS = ("agents", "skills")


def trees(path: Path) -> tuple[Path, ...]:
    """The roots to read below `path`, outermost first; a file is its own.

    A folder is a root if it has `.claude` with agents or skills, a plugin's manifest, folders
    `agents` or `skills` as a plugin has them, or skills' folders in it. What lies inside the
    agents and skills of a root is part of that one.
    """
    if path.is_file():
        return (path,)
    found = tuple(_walk(path))
    # A folder of loose agents is no root by itself: it is what was named.
    return found or ((path,) if any(path.glob("*.md")) else ())


def enclosing(file: Path) -> Path | None:
    """The root of the tree that a file belongs to, where its path says so."""
    for folder in file.resolve().parents:
        if folder.name in _HOLDERS:
            base = folder.parent
            return base.parent if base.name == ".claude" else base
    return None


def _walk(top: Path) -> Iterator[Path]:
    for folder, folders, _ in os.walk(top):
        here = Path(folder)
        folders[:] = sorted(set(folders) - _SKIPPED)
        if _is_root(here, folders):
            yield here
            # What `roster` reads for this root must not be read again for one inside it.
            folders[:] = [name for name in folders if name not in (".claude", *_HOLDERS)]
        elif _has_skills(here):
            yield here
            folders.clear()
        elif "agents" in folders and _has_agents(here / "agents"):
            # The skills beside them are sorted into folders: a catalogue, that no client reads.
            yield here / "agents"
            folders.remove("agents")


def _is_root(here: Path, folders: Collection[str]) -> bool:
    if ".claude" in folders and any((here / ".claude" / name).is_dir() for name in _HOLDERS):
        return True
    if ".claude-plugin" in folders and (here / ".claude-plugin/plugin.json").is_file():
        return True
    if "skills" in folders and not _has_skills(here / "skills"):
        # No skills, or skills in folders of folders, each of which is found by itself.
        return "agents" in folders and _has_agents(here / "agents") and not _nests_skills(here)
    return "skills" in folders or ("agents" in folders and _has_agents(here / "agents"))


def _has_agents(folder: Path) -> bool:
    """Whether a folder called `agents` holds such, and is no package of code."""
    return any(folder.glob("*.md")) or any(folder.glob("*/*.md"))


def _has_skills(folder: Path) -> bool:
    return any(folder.glob("*/SKILL.md"))


def _nests_skills(here: Path) -> bool:
    return any((here / "skills").glob("*/*/SKILL.md"))
