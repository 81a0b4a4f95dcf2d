"""Where new files are written before any old one is touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.journal import NAME, Journal
from agentpack.install.lock import CLAUDE
from agentpack.install.sync import sync
from agentpack.install.target import STAGE

_READ = 0o444
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class Stage:
    """A folder of new files on the disk where they are to go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waiting: list[Path] = []
        self._count = 0

    @classmethod
    def open(cls, root: Path) -> Stage:
        """Make the stage.

        Raises:
            OSError: it cannot be made.
        """
        folder = stage_parent(root) / STAGE
        folder.mkdir(0o700)
        return cls(folder)

    def add(self, data: bytes, *, executable: bool = False, mode: int | None = None) -> str:
        """Write a file; its name in the stage.

        Args:
            data: all that is in it.
            executable: whether it can be run by those who can read it.
            mode: the permissions to begin with; by default those of a new file.

        Raises:
            OSError: it cannot be written.
        """
        name = str(self._count)
        self._count += 1
        place = self.folder / name
        opened = os.open(place, _NEW, 0o777 if executable else 0o666)
        try:
            if mode is not None:
                os.fchmod(opened, _with_bit(mode, executable=executable))
            write(opened, data)
        finally:
            os.close(opened)
        self._waiting.append(place)
        return name

    def flush(self) -> None:
        """See to it that all that was added is on the disk."""
        waiting, self._waiting = self._waiting, []
        sync(waiting, self.folder)

    def commit(self, journal: Journal) -> None:
        """Write the journal. From here on the work is done, sooner or later."""
        new = self.add(journal.dump())
        self.flush()
        (self.folder / new).replace(self.folder / NAME)
        sync([self.folder, self.folder.parent], self.folder)

    def close(self) -> None:
        """Remove the stage and all that is left in it, the journal first."""
        remove(self.folder)


def stage_parent(root: Path) -> Path:
    """The root; or `.claude` where that is on another disk, or all that may be written to."""
    claude = root / CLAUDE
    apart = claude.is_dir() and (
        claude.stat().st_dev != root.stat().st_dev
        or not os.access(root, os.W_OK | os.X_OK, effective_ids=True)
    )
    return claude if apart else root


def remove(folder: Path) -> None:
    """Remove a stage, the journal first."""
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: name != NAME)
    for name in names:
        (folder / name).unlink()
    folder.rmdir()


def write(opened: int, data: bytes) -> None:
    """Write all of `data`."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(opened, rest) :]


def require_room(root: Path, paths: Iterable[str]) -> None:
    """Raise before anything is written if a folder of `paths` is closed, or on another disk.

    Raises:
        AgentpackError: so it is.
    """
    device = stage_parent(root).stat().st_dev
    for folder in sorted({(root / path).parent for path in paths}):
        there = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
        if not os.access(there, os.W_OK | os.X_OK, effective_ids=True):
            raise AgentpackError("no permission to write here", path=there)
        if there.stat().st_dev != device:
            raise AgentpackError("is on another disk than the rest", path=there)


def _with_bit(mode: int, *, executable: bool) -> int:
    """`mode`, executable for those who may read, or for nobody."""
    plain = stat.S_IMODE(mode) & 0o777 & ~0o111
    return plain | ((plain & _READ) >> 2 if executable else 0)
