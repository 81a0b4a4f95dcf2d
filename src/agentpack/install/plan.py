"""What becomes of one file, as a pure table: ledger, disk and pack to a change.

| ledger | disk           | pack         | action                                            |
|--------|----------------|--------------|---------------------------------------------------|
| no     | no file        | has it       | write                                             |
| no     | the same bytes | has it       | keep, and adopt into the ledger                   |
| no     | other bytes    | has it       | conflict: not ours, nothing at all is done        |
| yes    | as written     | the same     | nothing                                           |
| yes    | as written     | another      | write                                             |
| yes    | as written     | dropped it   | delete; an adopted one is put back as it was      |
| yes    | edited         | as before    | keep                                              |
| yes    | edited         | the same     | keep: the edit is what the pack has now           |
| yes    | edited         | another      | merge; where that fails, conflict and yours stays |
| yes    | edited         | dropped it   | keep; it is yours from then on                    |
| yes    | deleted        | has it       | keep it deleted                                   |
| yes    | deleted        | dropped it   | nothing                                           |

The executable bit is merged by itself: a change of one side wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from agentpack.install.lock import Accepted, LockedFile, Pending, Stamp, digest
from agentpack.install.merge import has_markers, is_binary, merge_keeping_ends
from agentpack.install.offer import File
from agentpack.install.patch import patch

Action = Literal["write", "merge", "delete", "keep", "conflict"]

NOT_OURS = "a file that agentpack did not write is in the way"
OPEN = "its conflict is not resolved yet"
SUFFIX = ".pack-new"
"""What is laid beside a conflict ends so: Claude Code takes it for no agent and no skill."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file, from the root: what happens to it and why."""

    path: str
    action: Action
    why: str
    file: File | None = None
    """What is to be written there, if anything is."""
    blocks: bool = False
    """Whether nothing at all may be done because of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that decides what becomes of one file."""

    path: str
    locked: LockedFile | None = None
    yours: File | None = None
    pack: File | None = None
    text: Callable[[str], bytes | None] = field(default=lambda _: None)
    """Gives the text of a digest, if the ledger still has it."""
    beside: Callable[[str], File | None] = field(default=lambda _: None)
    """Gives the file at another path."""
    markers: bool = False
    """Whether a conflict goes into the file, instead of beside it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The changes, what the ledger keeps of the file, and the texts that it needs for that."""

    changes: tuple[Change, ...] = ()
    after: LockedFile | None = None
    texts: tuple[bytes, ...] = ()


def decide(seen: Seen) -> Decision:
    """Look the file up in the table."""
    if seen.locked is None:
        return _first(seen, seen.pack) if seen.pack else Decision()
    if seen.yours is None:
        return _deleted(seen, seen.locked)
    if seen.pack is None:
        return _dropped(seen, seen.locked, seen.yours)
    if seen.locked.pending and not seen.locked.pending.beside and has_markers(seen.yours.data):
        return Decision((Change(seen.path, "conflict", OPEN),), seen.locked)
    return _three_way(_Three(seen, seen.locked, seen.yours, seen.pack))


def take_away(seen: Seen) -> Decision:
    """What an uninstall does: it gives back what was there, and keeps what you edited."""
    locked, yours = seen.locked, seen.yours
    if locked is None:
        return Decision()
    if yours and yours.stamp.sha256 != locked.sha256:
        return Decision((Change(seen.path, "keep", "you edited it"), *clear(seen)))
    changes = (_as_before(seen, locked, yours, "as agentpack wrote it"),) if yours else ()
    return Decision((*changes, *clear(seen)))


def _first(seen: Seen, pack: File) -> Decision:
    """A file that the ledger does not know."""
    yours = seen.yours
    after = LockedFile(pack.stamp.sha256, pack.executable)
    if yours is None:
        return Decision((Change(seen.path, "write", "new", pack),), after, (pack.data,))
    if yours.data == pack.data:
        why = "already there, identical"
        return Decision(
            (Change(seen.path, "keep", why),), replace(after, adopted=yours.stamp), (pack.data,)
        )
    return Decision((Change(seen.path, "conflict", NOT_OURS, blocks=True),))


def _deleted(seen: Seen, locked: LockedFile) -> Decision:
    cleared = clear(seen)
    if seen.pack is None:
        return Decision(cleared)
    return Decision(
        (Change(seen.path, "keep", "you deleted it"), *cleared), replace(locked, pending=None)
    )


def _dropped(seen: Seen, locked: LockedFile, yours: File) -> Decision:
    cleared = clear(seen)
    if yours.stamp.sha256 != locked.sha256:
        why = "the pack dropped it, but you edited it"
        return Decision((Change(seen.path, "keep", why), *cleared))
    return Decision((_as_before(seen, locked, yours, "the pack no longer has it"), *cleared))


def _as_before(seen: Seen, locked: LockedFile, yours: File, why: str) -> Change:
    """Delete the file, or put back what was there before agentpack."""
    if locked.adopted is None:
        return Change(seen.path, "delete", why)
    if locked.adopted == yours.stamp:
        return Change(seen.path, "keep", "it was there before agentpack")
    text = seen.text(locked.adopted.sha256)
    if text is None:
        return Change(seen.path, "keep", "it was there before agentpack, with another text")
    file = File(text, locked.adopted.executable)
    return Change(seen.path, "write", "as it was before agentpack", file)


@dataclass(frozen=True, slots=True)
class _Three:
    """A file of the ledger that is on disk and in the pack."""

    seen: Seen
    locked: LockedFile
    yours: File
    pack: File

    @property
    def bit(self) -> bool:
        """The executable bit, merged."""
        same = self.yours.executable == self.locked.executable
        return self.pack.executable if same else self.yours.executable


def _three_way(three: _Three) -> Decision:
    locked, yours, pack = three.locked, three.yours, three.pack
    mine, theirs = (digest(file.data) != locked.sha256 for file in (yours, pack))
    if mine and theirs and yours.data != pack.data:
        return _merge(three)
    if mine:
        why = "your edit is what the pack has now" if theirs else _told(locked, yours)
        return _settled(three, File(yours.data, three.bit), "write", why)
    result = File(pack.data, three.bit)
    why = "the pack or a fact changed" if result != yours else _told(locked, yours)
    return _settled(three, result, "write", why)


def _settled(three: _Three, result: File, action: Action, why: str) -> Decision:
    """The file is to be `result`, and the pack's version is what it goes on from."""
    locked, yours, pack = three.locked, three.yours, three.pack
    before, stamp = Stamp(locked.sha256, locked.executable), pack.stamp
    accepted = locked.accepted if stamp == before and result != pack else None
    texts = [pack.data]
    if is_accepted(locked, yours) and result != pack:
        accepted, text = declare(three.seen.path, pack, result)
        texts.append(text)
    changes: tuple[Change, ...] = ()
    if result != yours:
        changes = (Change(three.seen.path, action, why, result),)
    elif result != pack or yours.stamp != before:
        changes = (Change(three.seen.path, "keep", why),)
    after = LockedFile(stamp.sha256, stamp.executable, locked.adopted, accepted)
    return Decision((*changes, *clear(three.seen)), after, tuple(texts))


def _told(locked: LockedFile, yours: File) -> str:
    return "your accepted edit" if is_accepted(locked, yours) else "you edited it"


def is_accepted(locked: LockedFile, yours: File | None) -> bool:
    """Whether the file is just as it was declared to be."""
    accepted = locked.accepted
    if accepted is None:
        return False
    if yours is None:
        return accepted.sha256 is None
    return yours.stamp == Stamp(accepted.sha256 or "", accepted.executable)


def _merge(three: _Three) -> Decision:
    base = three.seen.text(three.locked.sha256)
    if base is None:
        return _conflict(three, "you edited it, and the text to merge from is missing")
    if any(map(is_binary, (base, three.yours.data, three.pack.data))):
        return _conflict(three, "you edited it, the pack changed it, and it is no text")
    merged = merge_keeping_ends(base, three.yours.data, three.pack.data)
    if merged.conflicts:
        return _conflict(three, _BOTH, merged.text)
    result = File(merged.text, three.bit)
    if result == three.yours:
        return _settled(three, result, "merge", "your edit has what the pack changed")
    return _settled(three, result, "merge", "your edit and the pack's are both in it")


_BOTH = "you edited what the pack changed; yours stays"


def _conflict(three: _Three, why: str, marked: bytes | None = None) -> Decision:
    """Yours stays; the pack's is laid beside it, or both go into it between markers."""
    seen, locked, yours, pack = three.seen, three.locked, three.yours, three.pack
    stamp, before = pack.stamp, locked.pending
    if seen.markers and marked is not None:
        pending = Pending(stamp.sha256, stamp.executable)
        after = replace(locked, sha256=stamp.sha256, executable=stamp.executable, pending=pending)
        change = Change(seen.path, "conflict", _MARKED, File(marked, yours.executable))
        return Decision((change, *clear(seen)), after, (pack.data,))
    change = Change(seen.path, "conflict", why)
    if before and before.beside and before.sha256 == stamp.sha256:
        return Decision((change,), locked)
    place = _free(seen, before)
    pending = Pending(stamp.sha256, stamp.executable, place)
    laid = Change(place, "write", "the pack's, to compare with yours", File(pack.data))
    return Decision((change, laid), replace(locked, pending=pending), (pack.data,))


_MARKED = "you edited what the pack changed; both are in it, between markers"


def _free(seen: Seen, before: Pending | None) -> str:
    """Where to lay the pack's text: over the one laid before, else where nothing is."""
    if before and before.beside and _as_laid(seen, before):
        return before.beside
    place, number = seen.path + SUFFIX, 1
    while seen.beside(place) is not None:
        number += 1
        place = f"{seen.path}{SUFFIX}-{number}"
    return place


def _as_laid(seen: Seen, pending: Pending) -> bool:
    there = seen.beside(pending.beside) if pending.beside else None
    return there is not None and there.stamp.sha256 == pending.sha256


def clear(seen: Seen) -> tuple[Change, ...]:
    """Take away what was laid beside a conflict, unless it was edited."""
    pending = seen.locked.pending if seen.locked else None
    if pending is None or pending.beside is None or seen.beside(pending.beside) is None:
        return ()
    if _as_laid(seen, pending):
        return (Change(pending.beside, "delete", "the conflict is over"),)
    return (Change(pending.beside, "keep", "you edited it"),)


def declare(path: str, pack: File, yours: File | None) -> tuple[Accepted, bytes]:
    """The edit that leads from the pack's file to yours, and its patch."""
    text = patch(path, pack, yours)
    if yours is None:
        return Accepted(None, patch=digest(text)), text
    return Accepted(digest(yours.data), yours.executable, digest(text)), text
