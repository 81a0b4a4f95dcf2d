"""One agentpack at a time, and what an interrupted one left is brought to an end first."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.carry import carry_out
from agentpack.install.journal import NAME, parse
from agentpack.install.lock import CLAUDE
from agentpack.install.stage import remove
from agentpack.install.target import STAGE

_PATIENCE = 10.0
"""Seconds to wait for another run: one takes less than a second."""
_PAUSE = 0.02


@contextmanager
def hold(root: Path) -> Iterator[None]:
    """Keep every other agentpack from changing this project, and recover it first.

    The lock is the kernel's, on the folder itself: it leaves no file, and ends with the process.

    Raises:
        AgentpackError: another one is at work here, or the project cannot be used.
    """
    opened = _open(root)
    try:
        _acquire(root, opened)
        _recover(root)
        yield
    finally:
        os.close(opened)


def settle_first(root: Path) -> None:
    """Recover what an interrupted run left, before something is read.

    Raises:
        AgentpackError: it cannot be brought to an end.
    """
    if root.is_dir() and _stages(root):
        with hold(root):
            pass


def _open(root: Path) -> int:
    try:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        raise AgentpackError(
            "not a directory", path=root, mend="name the root of a project"
        ) from None
    except OSError as error:
        raise AgentpackError(f"cannot be used: {error.strerror}", path=root) from None


def _acquire(root: Path, opened: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise AgentpackError(
                    "another agentpack is at work here", path=root, mend="wait until it has ended"
                ) from None
            time.sleep(_PAUSE)
        except OSError as error:
            raise AgentpackError(f"cannot be locked: {error.strerror}", path=root) from None
        else:
            return


def _stages(root: Path) -> list[Path]:
    claude = root / CLAUDE
    folders = [root / STAGE] if claude.is_symlink() else [root / STAGE, claude / STAGE]
    return [folder for folder in folders if os.path.lexists(folder)]


def _recover(root: Path) -> None:
    """Bring an interrupted run to its end, or clean up after one that had done nothing."""
    for folder in _stages(root):
        if folder.is_symlink() or not folder.is_dir():
            raise AgentpackError("is in agentpack's way", path=folder, mend="move it away")
        try:
            told = _finish(root, folder)
        except OSError as error:
            message = f"an interrupted run cannot be finished: {error.strerror}"
            raise AgentpackError(message, path=error.filename or folder) from None
        print(f"agentpack: {told}", file=sys.stderr)


def _finish(root: Path, folder: Path) -> str:
    try:
        data = (folder / NAME).read_bytes()
    except FileNotFoundError:
        remove(folder)
        return "removed the temporary files of an interrupted run"
    left = carry_out(root, folder, parse(data, folder / NAME))
    remove(folder)
    told = "finished a run that was interrupted"
    return f"{told}; left as you changed them since: {', '.join(left)}" if left else told
