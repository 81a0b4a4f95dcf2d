"""Which trees of agents and skills there are below a path: projects, plugins, bare folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
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

    A folder is a root if it has `.claude` with agents or skills, a plugin's manifest, or
    folders `agents` or `skills` with Markdown in them. Roots inside the agents and skills
    of another are part of that one.
    """
    if path.is_file():
        return (path,)
    found = tuple(_walk(path))
    # A folder of loose agents, or one skill's folder, is no root by itself: it is what was named.
    return found or ((path,) if any(path.glob("*.md")) or any(path.glob("*/SKILL.md")) else ())


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
        inside = ".claude" in folders and any(
            (here / ".claude" / name).is_dir() for name in _HOLDERS
        )
        plugin = ".claude-plugin" in folders and (here / ".claude-plugin/plugin.json").is_file()
        bare = any(name in folders and _has_markdown(here / name, name) for name in _HOLDERS)
        if inside or plugin or bare:
            yield here
            # What `roster` reads for this root must not be read again for one inside it.
            folders[:] = [name for name in folders if name not in (".claude", *_HOLDERS)]


def _has_markdown(folder: Path, kind: str) -> bool:
    """Whether a folder called `agents` or `skills` holds such, and is no package of code."""
    pattern = "*/SKILL.md" if kind == "skills" else "*.md"
    return any(folder.glob(pattern))
