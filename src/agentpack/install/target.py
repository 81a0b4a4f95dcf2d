"""The project that is installed into: what is there, and whether it can be used."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from agentpack.errors import AgentpackError
from agentpack.install.lock import CLAUDE, STATE, Lock, Stamp, digest, load
from agentpack.install.offer import File

Kind = Literal["file", "folder", "nothing"]


def ledger(root: Path) -> Lock | None:
    """The project's ledger, if anything is installed.

    Raises:
        AgentpackError: `root` is no directory, or its `.claude` cannot be used.
    """
    if not root.is_dir():
        raise AgentpackError("not a directory", path=root, mend="name the root of a project")
    disk = Disk(root)
    for folder in (CLAUDE, f"{CLAUDE}/{STATE}"):
        if disk.kind(folder) == "file":
            raise AgentpackError("is a file, not a folder", path=root / folder, mend="move it away")
    disk.kind(LOCK)
    return load(root / LOCK)


LOCK = f"{CLAUDE}/{STATE}/lock.json"
BASE = f"{CLAUDE}/{STATE}/base"
STAGE = ".agentpack-stage"
"""The folder that holds what is about to be written: at the root, or in `.claude`."""
MANAGED = (f"{CLAUDE}/agents", f"{CLAUDE}/skills")
"""Where Claude Code looks for agents and skills."""
OURS = (f"{CLAUDE}/{STATE}", STAGE, f"{CLAUDE}/{STAGE}")


class Disk:
    """What lies below a root. It is read once, and never through a symbolic link."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = os.path.join(root, "")
        self._kinds: dict[str, Kind] = {"": "folder"}
        self._files: dict[str, File | None] = {}

    def kind(self, path: str) -> Kind:
        """What is at `path`.

        Raises:
            AgentpackError: a symbolic link or a special file is there, or a link on the way.
        """
        known = self._kinds.get(path)
        if known is None:
            known = self._kinds[path] = self._look(path)
        return known

    def file(self, path: str) -> File | None:
        """The file at `path`, if one is there.

        Raises:
            AgentpackError: a link is in the way, or the file cannot be read.
        """
        if path not in self._files:
            self._files[path] = self._read(path) if self.kind(path) == "file" else None
        return self._files[path]

    def stamp(self, path: str) -> Stamp | None:
        """What tells the file at `path` from what it will be later."""
        file = self.file(path)
        return file.stamp if file else None

    def text(self, sha256: str) -> bytes | None:
        """A text of the ledger's, unless it is lost or damaged."""
        file = self.file(f"{BASE}/{sha256}") if sha256.isalnum() else None
        # Version control may have set other line ends at checkout.
        texts = (file.data, file.data.replace(b"\r\n", b"\n")) if file else ()
        return next((text for text in texts if digest(text) == sha256), None)

    def below(self, folder: str) -> Iterator[str]:
        """Every file, link or special file below `folder`; links are not followed."""
        try:
            with os.scandir(self._root / folder) as entries:
                found = sorted(
                    (entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries
                )
        except FileNotFoundError:
            return
        except OSError as error:
            raise AgentpackError(f"cannot be read: {error.strerror}", path=error.filename) from None
        for name, is_folder in found:
            path = f"{folder}/{name}"
            yield from self.below(path) if is_folder else (path,)

    def names(self, folder: str) -> list[str]:
        """What is in `folder`, if it is there."""
        if self.kind(folder) != "folder":
            return []
        return [path.name for path in (self._root / folder).iterdir()]

    def _look(self, path: str) -> Kind:
        parent = path.rpartition("/")[0]
        if self.kind(parent) != "folder":
            return "nothing"
        place = self._top + path
        try:
            mode = os.lstat(place).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return "nothing"
        except OSError as error:
            raise AgentpackError(f"cannot be read: {error.strerror}", path=place) from None
        if stat.S_ISLNK(mode):
            # It could lead out of the project.
            raise AgentpackError(
                "is a symbolic link", path=place, mend="replace it by what it points to"
            )
        if stat.S_ISDIR(mode):
            return "folder"
        if not stat.S_ISREG(mode):
            raise AgentpackError("is not a file, and a file is to stand there", path=place)
        return "file"

    def _read(self, path: str) -> File:
        place = self._top + path
        try:
            with open(place, "rb") as stream:
                executable = bool(os.fstat(stream.fileno()).st_mode & stat.S_IXUSR)
                return File(stream.read(), executable)
        except OSError as error:
            raise AgentpackError(f"cannot be read: {error.strerror}", path=place) from None


def parents(path: str) -> list[str]:
    """The folders above `path`, outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]
