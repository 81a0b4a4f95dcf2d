"""A folder on disk as a tree. Links are seen and never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack.bounds import MOST_ENTRIES
from agentpack.pack.tree import Entry

# Never part of a pack, and in a clone or a working copy often many times as large.
_SKIPPED = {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".agentpack"}
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below `place`."""

    place: Path
    entries: Mapping[str, Entry]
    version: str | None = field(default=None)

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.place.resolve().name

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Read regular files, and of none more than the size that was seen."""
        return {path: self._read(path) for path in paths}

    def _read(self, path: str) -> bytes:
        file, size = self.place / path, self.entries[path].size
        try:
            descriptor = os.open(file, _OPEN)
            with os.fdopen(descriptor, "rb") as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise AgentpackError("is no regular file", path=file)
                data = stream.read(size + 1)
        except OSError as error:
            raise AgentpackError(f"cannot be read: {error.strerror}", path=file) from None
        if len(data) != size:
            raise AgentpackError("changed while it was read", path=file, mend="try again")
        return data


def read(place: Path) -> Folder:
    """List all that is below `place`.

    Raises:
        AgentpackError: it is no folder, cannot be listed, or holds too much.
    """
    if not place.is_dir():
        raise AgentpackError("no such folder to install from", path=place)
    entries: dict[str, Entry] = {}
    for path, entry in _walk(place):
        entries[path] = entry
        if len(entries) > MOST_ENTRIES:
            raise AgentpackError(f"more than {MOST_ENTRIES:,} files", path=place)
    return Folder(place, entries)


def _walk(place: Path) -> Iterator[tuple[str, Entry]]:
    waiting = [("", place)]
    while waiting:
        above, folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                inside = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise AgentpackError(f"cannot be listed: {error.strerror}", path=folder) from None
        for entry in inside:
            path = above + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED:
                    waiting.append((f"{path}/", Path(entry.path)))
                # A repository inside a skill is not left out in silence.
                elif entry.name == ".git" and above:
                    yield path, Entry("special file")
                continue
            yield path, _entry(entry)


def _entry(entry: os.DirEntry[str]) -> Entry:
    found = entry.stat(follow_symlinks=False)
    if stat.S_ISREG(found.st_mode):
        return Entry("file", found.st_size, executable=bool(found.st_mode & stat.S_IXUSR))
    return Entry("symbolic link" if entry.is_symlink() else "special file")
