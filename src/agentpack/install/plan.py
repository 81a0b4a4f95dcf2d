"""What an install is to do, as a pure table: ledger, disk and pack to changes.

| ledger | disk           | pack        | action                              |
|--------|----------------|-------------|-------------------------------------|
| no     | no file        | has it      | write                               |
| no     | the same bytes | has it      | keep, and adopt into the ledger     |
| no     | other bytes    | has it      | conflict: not ours, nothing is done |
| yes    | as written     | the same    | nothing                             |
| yes    | as written     | another     | write                               |
| yes    | as written     | dropped it  | delete                              |
| yes    | edited         | as before   | keep                                |
| yes    | edited         | another     | conflict: yours stays               |
| yes    | edited         | dropped it  | keep                                |
| yes    | deleted        | as before   | keep it deleted                     |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from agentpack.install.lock import Lock, LockedFile, Stamp, digest
from agentpack.render import Rendered

Action = Literal["write", "delete", "keep", "conflict"]

NOT_OURS = "a file that agentpack did not write is in the way"


@dataclass(frozen=True, slots=True)
class Change:
    """One file, from the root: what happens to it and why."""

    path: str
    action: Action
    why: str
    rendered: Rendered | None = None
    """What is to be written, where the action is `write`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, and the files of the ledger once they are done."""

    changes: tuple[Change, ...]
    files: Mapping[str, LockedFile]

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The changes that need a person."""
        return tuple(change for change in self.changes if change.action == "conflict")

    @property
    def refused(self) -> bool:
        """Whether somebody else's file is in the way, so that nothing may be written."""
        return any(change.why == NOT_OURS for change in self.changes)


def plan_install(lock: Lock | None, disk: Mapping[str, str], pack: Iterable[Rendered]) -> Plan:
    """Plan to bring `pack` onto a disk.

    Args:
        lock: the ledger, if anything is installed.
        disk: the digest of every file of the ledger and of the pack that exists.
        pack: the files as rendered now.
    """
    known = dict(lock.files) if lock else {}
    wanted = {rendered.path: rendered for rendered in pack}
    changes: list[Change] = []
    files: dict[str, LockedFile] = {}
    for path in sorted({*known, *wanted}):
        change, locked = _decide(path, known.get(path), disk.get(path), wanted.get(path))
        if change:
            changes.append(change)
        if locked:
            files[path] = locked
    return Plan(tuple(changes), files)


def plan_uninstall(lock: Lock, disk: Mapping[str, str]) -> Plan:
    """Plan to take away all that agentpack wrote and nobody edited."""
    changes = []
    for path, locked in lock.files.items():
        if path not in disk:
            continue
        if disk[path] != locked.sha256:
            changes.append(Change(path, "keep", "you edited it"))
        elif locked.adopted:
            changes.append(Change(path, "keep", "it was there before agentpack"))
        else:
            changes.append(Change(path, "delete", "as agentpack wrote it"))
    return Plan(tuple(changes), {})


def _decide(
    path: str, locked: LockedFile | None, found: str | None, rendered: Rendered | None
) -> tuple[Change | None, LockedFile | None]:
    new = LockedFile(digest(rendered.data), rendered.executable) if rendered else None
    if locked is None:
        return _first(path, found, rendered, new)
    if found == locked.sha256:
        if new is None:
            return Change(path, "delete", "the pack no longer has it"), None
        if new.sha256 == locked.sha256:
            return None, locked
        return Change(path, "write", "the pack or a fact changed", rendered), new
    if new is None:
        return (
            (Change(path, "keep", "the pack dropped it, but you edited it"), None)
            if found
            else (None, None)
        )
    if found is None:
        return Change(path, "keep", "you deleted it"), locked
    if found == new.sha256:
        return Change(path, "keep", "your edit is what the pack has now"), new
    if new.sha256 == locked.sha256:
        return Change(path, "keep", "you edited it"), locked
    return Change(path, "conflict", "you edited it and the pack changed it; yours stays"), locked


def _first(
    path: str, found: str | None, rendered: Rendered | None, new: LockedFile | None
) -> tuple[Change | None, LockedFile | None]:
    """A file that the ledger does not know."""
    if new is None:
        return None, None
    if found is None:
        return Change(path, "write", "new", rendered), new
    if found == new.sha256:
        adopted = LockedFile(new.sha256, new.executable, Stamp(new.sha256, new.executable))
        return Change(path, "keep", "already there, identical"), adopted
    return Change(path, "conflict", NOT_OURS), None
