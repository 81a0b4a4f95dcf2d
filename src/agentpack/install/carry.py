"""Carries a journal out. Doing it twice, or from the middle, comes to the same."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from agentpack.install.journal import Journal, Step
from agentpack.install.lock import Lock, LockedFile, load, parse
from agentpack.install.stage import write
from agentpack.install.sync import sync
from agentpack.install.target import BASE, LOCK, Disk

_STAYS = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.EBUSY, errno.ENOTDIR}


def carry_out(root: Path, stage: Path, journal: Journal) -> tuple[str, ...]:
    """Do what `journal` says that is not done yet.

    A file that somebody changed since the journal was written stays as it is.

    Returns:
        The paths of those files.

    Raises:
        OSError: something cannot be done now; what is left to do stays in the journal.
        AgentpackError: a symbolic link is in the way.
    """
    disk = Disk(root)
    for path in (*journal.make, *journal.drop, f"{BASE}/text", LOCK):
        # It raises where a link leads out of the project.
        disk.kind(path)
    left = [step for step in journal.steps if not _as_planned(disk, stage, step, journal)]
    touched = {root / folder for folder in journal.make}
    for step in journal.steps:
        if step in left:
            continue
        touched.add((root / step.path).parent)
        if step.staged is None and disk.kind(step.path) == "file":
            _without(root / step.path)
    _drop(root, journal.drop)
    for folder in journal.make:
        _make(root / folder)
    for step in journal.steps:
        if step.staged is not None and step not in left:
            _put(stage / step.staged, root / step.path)
    _keep_ledger(root, stage, journal, left)
    _drop(root, journal.drop)
    sync(sorted(touched | {folder.parent for folder in touched}), stage)
    return tuple(step.path for step in left)


def _as_planned(disk: Disk, stage: Path, step: Step, journal: Journal) -> bool:
    """Whether a step can be taken, or has been."""
    if step.staged is not None and not (stage / step.staged).exists():
        return True
    if disk.kind(step.path) == "folder":
        return step.path in journal.drop or step.path in journal.make
    return disk.stamp(step.path) in (step.before, step.after)


def _keep_ledger(root: Path, stage: Path, journal: Journal, left: list[Step]) -> None:
    """Bring the ledger's texts and then the ledger itself to what is true now."""
    if journal.lock is None:
        _without(root / LOCK)
    else:
        _make(root / BASE)
        for sha256, staged in journal.texts:
            _put(stage / staged, root / BASE / sha256)
        if left:
            _correct(root, stage / journal.lock, left)
        _put(stage / journal.lock, root / LOCK)
    # What a file that was left alone was made from is still needed.
    for sha256 in () if left and journal.lock is not None else journal.forget:
        _without(root / BASE / sha256)
    if journal.lock is None:
        _drop(root, (BASE, BASE.rpartition("/")[0]))
    sync([root / BASE, (root / LOCK).parent], stage)


def _correct(root: Path, staged: Path, left: list[Step]) -> None:
    """Files that were left alone stand in the ledger as they stood there before."""
    if not staged.exists():
        return
    old, new = load(root / LOCK) or Lock(), parse(staged.read_bytes(), staged)
    packs = {}
    for name, pack in new.packs.items():
        files: dict[str, LockedFile] = dict(pack.files)
        known = old.packs[name].files if name in old.packs else {}
        for step in left:
            if step.path in known:
                files[step.path] = known[step.path]
            else:
                files.pop(step.path, None)
        packs[name] = replace(pack, files=files)
    place = staged.with_name("corrected")
    opened = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        write(opened, replace(new, packs=packs).dump())
        os.fsync(opened)
    finally:
        os.close(opened)
    place.replace(staged)


def _put(staged: Path, place: Path) -> None:
    try:
        staged.replace(place)
    except FileNotFoundError:
        # It was put there before the run was interrupted.
        if staged.exists():
            raise


def _without(place: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        place.unlink()


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir()


def _drop(root: Path, folders: Iterable[str]) -> None:
    """Remove those of `folders` that are empty."""
    for folder in folders:
        try:
            (root / folder).rmdir()
        except OSError as error:
            if error.errno not in _STAYS:
                raise
