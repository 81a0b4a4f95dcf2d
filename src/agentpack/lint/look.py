"""From a tree on disk to a scene: the roster, and the files around agents and skills."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from agentpack.document import read as read_document
from agentpack.document.versions import parse
from agentpack.lint.page import Kind, Page
from agentpack.lint.scene import Scene
from agentpack.roster import Agent, Loss, Roster, Skill, Source, predict
from agentpack.roster import read as read_roster

MANIFESTS = (
    ".claude-plugin/plugin.json",
    ".claude-plugin/marketplace.json",
    ".claude/settings.json",
    "hooks/hooks.json",
    "pack.toml",
)
_FOLDERS = (".claude", ".claude-plugin", "agents", "skills", "hooks", "commands")
_SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__", ".agentpack"}
_LARGEST_REFERENCE = 2**20
_MOST_FILES = 200_000
_AGENTS = ".claude/agents/"
_MANIFEST = re.compile(r"\.claude/skills/[^/]+/SKILL\.md")


def look(root: Path, client: str) -> Scene:
    """Read what there is to lint below `root`, a folder or one file.

    Raises:
        AgentpackError: there is no such tree, or no such client version.
    """
    roster = read_roster(root, client)
    base = root if root.is_dir() else root.parent
    files = dict(_files(base, root)) if root.is_dir() else {}
    pages = _pages(roster)
    taken = {page.path for page in pages}
    folders = tuple(f"{skill.path.rpartition('/')[0]}/" for skill in roster.skills)
    pages += [
        Page("reference", path, read_document(data, client))
        for path in files
        if path.endswith(".md") and path not in taken and path.startswith(folders)
        for data in _reference(base / path)
    ]
    named = (*MANIFESTS, *(path for path in files if path.endswith("/.claude-plugin/plugin.json")))
    texts = {path: text for path in named for text in _text(base / path)}
    if "pack.toml" in texts:
        beside = ["CHANGELOG.md", *(path for path in files if path.endswith(".j2"))]
        texts |= {path: text for path in beside for text in _text(base / path)}
    unread = frozenset(_names(base)) - {path.partition("/")[0] for path in files}
    return Scene(roster, tuple(pages), files, unread, texts, whole=root.is_dir())


def look_at(files: Mapping[str, bytes], executable: Collection[str], client: str) -> Scene:
    """The scene of a project's `.claude` that is nowhere on disk.

    Args:
        files: by path from the project's root, such as `.claude/agents/x.md`.
        executable: the paths of those that may be run.

    Raises:
        AgentpackError: there is no such client version.
    """
    parse(client)
    skills = [path for path in files if _MANIFEST.fullmatch(path)]
    agents = [path for path in files if path.startswith(_AGENTS) and path.endswith(".md")]
    roster = predict(
        [Source(path, files[path]) for path in sorted(agents)],
        [Source(path, files[path]) for path in sorted(skills)],
        client,
    )
    pages = _pages(roster)
    folders = tuple(f"{path.rpartition('/')[0]}/" for path in skills)
    taken = {page.path for page in pages}
    pages += [
        Page("reference", path, read_document(data, client))
        for path, data in files.items()
        if path.endswith(".md")
        and path not in taken
        and path.startswith(folders)
        and len(data) <= _LARGEST_REFERENCE
    ]
    return Scene(roster, tuple(pages), {path: path in executable for path in files})


def _pages(roster: Roster) -> list[Page]:
    entries: tuple[Agent | Skill | Loss, ...] = (*roster.agents, *roster.skills, *roster.dropped)
    return [
        Page(_kind(entry.path), entry.path, entry.document, entry)
        for entry in entries
        if entry.document is not None
    ]


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


def _kind(path: str) -> Kind:
    return "skill" if path.rpartition("/")[2].lower() == "skill.md" else "agent"


def _files(base: Path, root: Path) -> Iterator[tuple[str, bool]]:
    """Every file that agents and skills may name, and whether it may be run."""
    # A plugin may name any of its files, and a marketplace any folder.
    published = (base / ".claude-plugin").is_dir()
    tops = [base / name for name in _FOLDERS if (base / name).is_dir() and not published] or [root]
    waiting = [(str(top), "" if top == base else f"{top.name}/") for top in reversed(tops)]
    number = 0
    while waiting and number < _MOST_FILES:
        folder, shown = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=_name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED:
                    waiting.append((entry.path, f"{shown}{entry.name}/"))
                continue
            number += 1
            # A name that is no text cannot be printed, nor named by any page.
            path = shown + entry.name
            path = path if path.isascii() else path.encode(errors="replace").decode()
            yield path, _may_be_run(entry)


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _may_be_run(entry: os.DirEntry[str]) -> bool:
    # Nobody runs Markdown, and most files are: not to ask saves a call to the system for each.
    if entry.name.endswith(".md"):
        return False
    try:
        return bool(entry.stat().st_mode & stat.S_IXUSR)
    except OSError:
        return False


def _reference(path: Path) -> Iterator[bytes]:
    try:
        if path.is_file() and path.stat().st_size <= _LARGEST_REFERENCE:
            yield path.read_bytes()
    except OSError:
        return


def _text(path: Path) -> Iterator[str]:
    try:
        if path.is_file() and path.stat().st_size <= _LARGEST_REFERENCE:
            yield path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
