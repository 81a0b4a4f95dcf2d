"""To the disk, and not only to the kernel: what a power cut is not to take."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_FEW = 32
"""Up to so many files, each is waited for by itself; above, the whole file system is."""
_THREADS = 8


def sync(paths: Sequence[Path], within: Path) -> None:
    """See to it that these files, and the names in these folders, are on the disk.

    What is not there any more is passed over.

    Args:
        paths: files and folders, all on one file system.
        within: a folder of it that is there.

    Raises:
        OSError: the disk did not take them.
    """
    if len(paths) <= _FEW:
        for path in paths:
            _sync_one(path)
    elif not _sync_all(within):
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most have syncfs

        # One after the other, each would wait for the disk on its own.
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(_sync_one, paths))


def _sync_one(path: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        except OSError as error:
            # Some file systems keep the names of files without being told.
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(opened)


def _sync_all(folder: Path) -> bool:
    """Have the kernel write out the file system of `folder`; False where it cannot."""
    import ctypes  # noqa: PLC0415 - only large installs need it

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    opened = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(opened) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), os.fspath(folder))
    finally:
        os.close(opened)
    return True
