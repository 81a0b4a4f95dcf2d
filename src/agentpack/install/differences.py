"""What differs: your files from what was installed, or from what a pack has now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.lock import Lock
from agentpack.install.merge import merge
from agentpack.install.offer import File, Offer
from agentpack.install.patch import counts, patch
from agentpack.install.status import state
from agentpack.install.target import Disk

_WHY = {
    "edited": "you edited it",
    "accepted": "your accepted edit",
    "deleted": "you deleted it",
    "conflict": "its conflict is not resolved yet",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A file in two states; `None`: it is not there."""

    path: str
    old: File | None
    new: File | None
    why: str

    @property
    def patch(self) -> bytes:
        """As `git apply` takes it."""
        return patch(self.path, self.old, self.new)

    @property
    def counts(self) -> tuple[int, int]:
        """Lines added and lines removed."""
        return counts(self.old, self.new)


def yours(root: Path, lock: Lock) -> Iterator[Difference]:
    """What you made of the files since they were installed, or last merged.

    Raises:
        AgentpackError: a file cannot be read, or the ledger lost the text it was made from.
    """
    disk = Disk(root)
    for path, locked in sorted(lock.files.items()):
        file = disk.file(path)
        how = state(file, locked)
        if how == "clean":
            continue
        text = disk.text(locked.sha256)
        if text is None:
            message = "the text that it was made from is missing from the ledger"
            raise AgentpackError(message, path=root / path, mend="run: agentpack update")
        old = File(text, locked.executable)
        if old != file:
            yield Difference(path, old, file, _WHY[how])


def newest(root: Path, lock: Lock, offers: Iterable[Offer]) -> Iterator[Difference]:
    """What differs from your files in what the packs have now.

    Raises:
        AgentpackError: a file cannot be read.
    """
    disk = Disk(root)
    for offer in offers:
        known = lock.packs[offer.name].files if offer.name in lock.packs else {}
        for path in sorted({*known, *offer.files}):
            old, new = disk.file(path), offer.files.get(path)
            if old != new:
                why = "the pack no longer has it" if new is None else "the pack has it otherwise"
                yield Difference(path, old, new, "the pack has it" if old is None else why)


def upstream(difference: Difference, source: Path, path: str) -> Difference | None:
    """The same edit on the pack's own file, which may be a template.

    Args:
        difference: an edit of what was rendered.
        source: the pack's file.
        path: that file from the root of the pack.

    Returns:
        The edit; `None` where it touches what the template fills in.

    Raises:
        AgentpackError: the pack's file cannot be read.
    """
    try:
        text = source.read_bytes()
    except OSError as error:
        raise AgentpackError(f"cannot be read: {error.strerror}", path=source) from None
    if difference.new is None or difference.old is None:
        return Difference(path, File(text), None, difference.why)
    merged = merge(difference.old.data, text, difference.new.data)
    if merged.conflicts:
        return None
    executable = difference.old.executable
    new = File(merged.text, difference.new.executable)
    return Difference(path, File(text, executable), new, difference.why)
