"""The project that is installed into: what is there, and whether it can be used."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.lock import CLAUDE, STATE, Lock, digest, load


def ledger(root: Path) -> Lock | None:
    """The project's ledger, if anything is installed.

    Raises:
        AgentpackError: `root` is no directory, or its `.claude` cannot be used.
    """
    if not root.is_dir():
        raise AgentpackError("not a directory", path=root, mend="name the root of a project")
    claude = root / CLAUDE
    if claude.exists() and not claude.is_dir():
        raise AgentpackError("is a file, not a folder", path=claude, mend="move it away")
    return load(claude / STATE / "lock.json")


def digests(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """The digest of each of `paths` that exists."""
    found = {}
    for path in set(paths):
        file = root / path
        _refuse_links(root, file)
        if file.is_file():
            found[path] = digest(_bytes(file))
        elif file.exists():
            raise AgentpackError("is not a file, and a file is to stand there", path=file)
    return found


def require_writable(root: Path, paths: Iterable[str]) -> None:
    """Raise before anything is written if some folder of `paths` is closed to us."""
    for folder in {(root / path).parent for path in paths} | {root / CLAUDE / STATE}:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if not there.is_dir():
            raise AgentpackError("is a file, not a folder", path=there, mend="move it away")
        if not os.access(there, os.W_OK | os.X_OK, effective_ids=True):
            raise AgentpackError("no permission to write here", path=there)


def _refuse_links(root: Path, file: Path) -> None:
    """A symlink on the way could lead out of the project."""
    for place in (file, *file.parents):
        if place == root:
            return
        if place.is_symlink():
            raise AgentpackError(
                "is a symbolic link", path=place, mend="replace it by what it points to"
            )


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AgentpackError(f"cannot be read: {error.strerror}", path=file) from None
