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
_OURS = (".claude", ".claude-plugin")


def trees(path: Path) -> tuple[Path, ...]:
    """The roots to read below `path`, outermost first; a file is its own.

    A folder is a root if it has `.claude` with agents or skills, the manifest of a plugin or a
    marketplace, folders `agents` or `skills` as a plugin has them, or skills' folders in it.
    What lies inside the agents and skills of a root is part of that one.
    """
    if path.is_file():
        return (path,)
    found = tuple(_walk(path))
    # A folder of loose agents is no root by itself: it is what was named.
    return found or ((path,) if any(path.glob("*.md")) else ())


def enclosing(path: Path) -> Path | None:
    """The root of the tree that a file or a skill's folder is part of, where its path says so."""
    inside = path.is_file() or (path / "SKILL.md").is_file()
    for folder in path.resolve().parents if inside else ():
        if folder.name in _HOLDERS:
            base = folder.parent
            return base.parent if base.name == ".claude" else base
    return None


def _walk(top: Path) -> Iterator[Path]:
    for folder, folders, _ in os.walk(top):
        here = Path(folder)
        # Hidden folders are other tools' own: `.kiro/agents` are not Claude Code's.
        folders[:] = sorted(
            name for name in set(folders) - _SKIPPED if name[0] != "." or name in _OURS
        )
        if _is_read(here, folders) or _is_bare(here, folders):
            yield here
            if not _is_read(here, folders):
                # A catalogue sorts its skills into folders, each of which is found by itself.
                yield from _categories(here / "skills")
            if ".claude" in folders:
                # A plugin whose repository has a project's folder too is not read with that.
                yield from (here / name for name in _HOLDERS if _holds(here / name, folders))
            # What `roster` reads for this root must not be read again for one inside it.
            folders[:] = [name for name in folders if name not in (*_OURS, *_HOLDERS)]
        elif _has_skills(here):
            yield here
            folders.clear()


def _is_read(here: Path, folders: Collection[str]) -> bool:
    """Whether the client reads from here: a project, a plugin or a marketplace."""
    if ".claude" in folders and any((here / ".claude" / name).is_dir() for name in _HOLDERS):
        return True
    return ".claude-plugin" in folders and any((here / ".claude-plugin").glob("*.json"))


def _is_bare(here: Path, folders: Collection[str]) -> bool:
    """Whether folders `agents` or `skills` hold such, and are no packages of code."""
    if "agents" in folders and any((*(here / "agents").glob("*.md"), *_deeper(here / "agents"))):
        return True
    skills = here / "skills"
    return "skills" in folders and (_has_skills(skills) or any(_categories(skills)))


def _holds(folder: Path, folders: Collection[str]) -> bool:
    if folder.name not in folders:
        return False
    return _has_skills(folder) if folder.name == "skills" else any(folder.glob("*.md"))


def _deeper(folder: Path) -> Iterator[Path]:
    return folder.glob("*/*.md")


def _has_skills(folder: Path) -> bool:
    return any(folder.glob("*/SKILL.md"))


def _categories(folder: Path) -> Iterator[Path]:
    """The folders in `folder` that are no skills and hold skills."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not (path / "SKILL.md").exists() and _has_skills(path):
            yield path
