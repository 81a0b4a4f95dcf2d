"""The only module of the roster that touches the disk. Whatever it finds, it comes back."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agentpack.roster.values import Source

MANIFEST = "SKILL.md"
_LARGEST = 64 * 2**20
_CHUNK = 2**20
_DEEPEST = 5
_NOT_QUITE = (".markdown", ".mdx", ".mdown")


class Folder:
    """A folder to look for agents and skills in, and how its files are named.

    Args:
        root: the tree's root, from which paths are told.
        scope: what the client puts before the names, such as `plugin:`.
    """

    def __init__(self, path: Path, root: Path, scope: str = "") -> None:
        self.path, self._root, self._scope = path, root, scope
        self._top = os.path.join(root, "") if str(root) != "." else ""

    def agents(self) -> list[Source]:
        """Every file below that is, or looks like, an agent: in the order in which the
        client reads them, which is the disk's own.
        """
        return list(self._agents())

    def _agents(self) -> Iterator[Source]:
        folders = {_identity(self.path)}
        files: set[tuple[int, int]] = set()
        waiting = [iter(_entries(self.path))]
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
                continue
            try:
                found = entry.stat()
            except OSError:
                if entry.name.endswith(".md"):
                    yield self._fault(entry.path, "a link that leads nowhere", "dangling-link")
                continue
            if stat.S_ISDIR(found.st_mode):
                if (found.st_dev, found.st_ino) not in folders:
                    folders.add((found.st_dev, found.st_ino))
                    waiting.append(iter(_entries(entry.path)))
                continue
            if not self._is_agent(entry.name):
                if entry.name.lower().endswith((".md", *_NOT_QUITE)) and stat.S_ISREG(
                    found.st_mode
                ):
                    reason = "its name does not end in .md, in small letters"
                    yield self._fault(entry.path, reason, "wrong-suffix")
                continue
            own = entry.stat(follow_symlinks=False)
            if (own.st_dev, own.st_ino) in files:
                yield self._fault(entry.path, "it is the same file as another one", "same-file")
                continue
            files.add((own.st_dev, own.st_ino))
            yield self.file(entry.path, self._below(entry.path), found)

    def _is_agent(self, name: str) -> bool:
        # Of a plugin, capital letters are taken too.
        return name.endswith(".md") or bool(self._scope and name.lower().endswith(".md"))

    def skills(self) -> list[Source]:
        """Every skill, and every folder and file that was meant to be one."""
        found: list[Source] = []
        files: set[str] = set()
        for entry in sorted(_entries(self.path), key=lambda entry: entry.name):
            if _is_folder(entry):
                found += self._skill(entry, files)
            elif entry.name.lower().endswith(".md") and _begins_with_fence(entry.path):
                reason = f"a skill is a folder with a {MANIFEST} in it"
                found.append(self._fault(entry.path, reason, "flat-skill"))
        return found

    def _skill(self, entry: os.DirEntry[str], files: set[str]) -> list[Source]:
        folder = entry.path
        names = {inner.name: inner for inner in _entries(folder)}
        if MANIFEST in names:
            manifest = names[MANIFEST].path
            # A link is the file it leads to; two hard links are two files to the client.
            linked = entry.is_symlink() or names[MANIFEST].is_symlink()
            place = os.path.realpath(manifest) if linked else manifest
            if place in files:
                reason = "it is the same file as another skill's"
                return [self._fault(manifest, reason, "same-file")]
            files.add(place)
            return [self.file(manifest)]
        misspelt = sorted(name for name in names if name.lower() == MANIFEST.lower())
        if misspelt:
            reason = f"Claude Code reads {MANIFEST} in exactly this spelling"
            return [self._fault(os.path.join(folder, misspelt[0]), reason, "wrong-case-manifest")]
        nested = [self._fault(path, _TOO_DEEP, "nested-skill") for path in _nested(Path(folder))]
        if nested or os.path.basename(folder).startswith("."):
            return nested
        return [self._fault(folder, f"the folder has no {MANIFEST}", "no-manifest")]

    def _below(self, path: str) -> str:
        """A plugin's agents have the folders that they are in before their names."""
        if not self._scope:
            return ""
        folders = Path(os.path.relpath(path, self.path)).parts[:-1]
        return self._scope + "".join(f"{folder}:" for folder in folders)

    def file(
        self, path: str | Path, scope: str | None = None, found: os.stat_result | None = None
    ) -> Source:
        """Read a file, if that ends; `found` is what is known of it already."""
        try:
            found = found or os.stat(path)
            if not stat.S_ISREG(found.st_mode):
                return self._fault(path, "it is not a regular file", "not-a-file")
            if found.st_size > _LARGEST:
                return self._fault(path, f"it has {found.st_size >> 20} MB", "too-large")
            data = _content(path, found.st_size)
            return Source(self._shown(path), data, "", "", self._scope if scope is None else scope)
        except FileNotFoundError:
            return self._fault(path, "there is no such file", "dangling-link")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return self._fault(path, f"it cannot be read: {reason}", "unreadable")

    def _fault(self, path: str | Path, reason: str, rule: str) -> Source:
        return Source(self._shown(path), None, reason, rule, self._scope)

    def _shown(self, path: str | Path) -> str:
        shown, top = str(path), self._top
        shown = shown[len(top) :] if shown.startswith(top) else os.path.relpath(path, self._root)
        shown = shown.replace(os.sep, "/").removeprefix("./")
        return shown if shown.isascii() else shown.encode(errors="replace").decode()


_TOO_DEEP = "one level too deep: Claude Code reads skills/NAME/SKILL.md"


def exists(path: Path) -> bool:
    """Whether something is there, and can be reached."""
    try:
        return path.exists()
    except OSError:
        return False


def text(path: Path) -> str | None:
    """A small text file; None where there is none that can be read."""
    try:
        return path.read_text(errors="replace") if path.is_file() else None
    except OSError:
        return None


def has_frontmatter(folder: Path) -> bool:
    """Whether a folder has a Markdown file that begins with `---`."""
    return any(
        entry.name.endswith(".md") and _begins_with_fence(entry.path) for entry in _entries(folder)
    )


def has_skills(folder: Path) -> bool:
    """Whether a folder's folders are skills."""
    return any(
        exists(Path(entry.path) / MANIFEST) for entry in _entries(folder) if _is_folder(entry)
    )


def _content(path: str | Path, size: int) -> bytes:
    """What is in a file; without Python's buffers this takes half the time."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        parts = [os.read(file, size + 1)]
        while parts[-1] and (len(parts) > 1 or len(parts[0]) != size):
            # It was not as long as it was said to be.
            parts.append(os.read(file, _CHUNK))
        return parts[0] if len(parts) == 1 else b"".join(parts)
    finally:
        os.close(file)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = Path(path).stat()
    except OSError:
        return (0, hash(path))
    return found.st_dev, found.st_ino


def _nested(folder: Path) -> Iterator[Path]:
    base = len(folder.parts)
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "node_modules")
        if len(Path(path).parts) - base >= _DEEPEST:
            folders.clear()
        if MANIFEST in files:
            yield Path(path, MANIFEST)


def _begins_with_fence(path: str) -> bool:
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            return False
        with Path(path).open("rb") as file:
            return file.read(3) == b"---"
    except OSError:
        return False
