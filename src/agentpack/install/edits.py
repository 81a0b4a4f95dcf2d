"""What a person decides about files: an edit is declared, a conflict is ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.lock import Lock, LockedFile, digest
from agentpack.install.merge import has_markers
from agentpack.install.offer import File
from agentpack.install.patch import counts
from agentpack.install.plan import Change, Decision, Seen, clear, declare, is_accepted
from agentpack.install.proposal import Proposal, require_ledger, stamps
from agentpack.install.target import MANAGED, Disk


def propose_accept(root: Path, paths: Iterable[str]) -> Proposal:
    """Propose to declare the edits of these files, or that they are the project's own.

    Args:
        root: the project.
        paths: files of the ledger, or agents and skills that no pack brought, from the root.

    Raises:
        AgentpackError: a file is neither, or has a conflict.
    """
    return _decided(root, paths, lambda seen, locked: _accept(root, seen, locked), own=True)


def propose_resolve(root: Path, paths: Iterable[str], *, take_pack: bool = False) -> Proposal:
    """Propose to end the conflicts of these files.

    Args:
        root: the project.
        paths: files of the ledger, from the root, or what was laid beside them.
        take_pack: whether the pack's text is taken; else the file as it is now.

    Raises:
        AgentpackError: a file is not in the ledger, has no conflict, or still has markers.
    """
    return _decided(
        root, paths, lambda seen, locked: _resolve(root, seen, locked, take_pack=take_pack)
    )


def _decided(
    root: Path,
    paths: Iterable[str],
    decide: Callable[[Seen, LockedFile], Decision],
    *,
    own: bool = False,
) -> Proposal:
    lock, disk = require_ledger(root), Disk(root)
    changes: list[Change] = []
    texts: dict[str, bytes] = {}
    after = lock
    for given in dict.fromkeys(paths):
        known = _known(lock, given)
        if known is None:
            after = _declared(root, after, disk, given, own=own)
            changes.append(Change(given, "keep", "accepted: it is the project's own"))
            continue
        path, locked = known
        seen = Seen(path, locked, disk.file(path), text=disk.text, beside=disk.file)
        decision = decide(seen, locked)
        changes += decision.changes
        texts.update((digest(text), text) for text in decision.texts)
        after = _with(after, path, decision.after or locked)
    return Proposal(root, lock, after, tuple(changes), texts, stamps(disk, changes))


def _known(lock: Lock, path: str) -> tuple[str, LockedFile] | None:
    for name, file in lock.files.items():
        if path == name or (file.pending and file.pending.beside == path):
            return name, file
    return None


def _declared(root: Path, lock: Lock, disk: Disk, path: str, *, own: bool) -> Lock:
    """The ledger, once an agent or skill that no pack brought is known to be the project's."""
    if not own or not path.startswith(MANAGED) or disk.file(path) is None:
        raise AgentpackError(
            "is not a file that agentpack wrote", path=root / path, mend="see: agentpack status"
        )
    return replace(lock, own=tuple(sorted({*lock.own, path})))


def _with(lock: Lock, path: str, file: LockedFile) -> Lock:
    packs = {
        name: replace(one, files={**one.files, path: file}) if path in one.files else one
        for name, one in lock.packs.items()
    }
    return replace(lock, packs=packs)


def _accept(root: Path, seen: Seen, locked: LockedFile) -> Decision:
    if locked.pending:
        raise AgentpackError(
            "has a conflict",
            path=root / seen.path,
            mend=f"end it first: agentpack resolve {seen.path}",
        )
    if is_accepted(locked, seen.yours):
        return Decision((Change(seen.path, "keep", "it is accepted already"),), locked)
    base = seen.text(locked.sha256)
    if base is None:
        message = "the text that it was made from is missing from the ledger"
        raise AgentpackError(message, path=root / seen.path, mend="run: agentpack update")
    pack = File(base, locked.executable)
    if seen.yours == pack:
        why = "it is as agentpack wrote it: there is no edit to accept"
        return Decision((Change(seen.path, "keep", why),), replace(locked, accepted=None))
    accepted, text = declare(seen.path, pack, seen.yours)
    added, removed = counts(pack, seen.yours)
    why = f"accepted: lines +{added} -{removed}" if seen.yours else "accepted: deleted"
    return Decision((Change(seen.path, "keep", why),), replace(locked, accepted=accepted), (text,))


def _resolve(root: Path, seen: Seen, locked: LockedFile, *, take_pack: bool) -> Decision:
    place, pending, yours = root / seen.path, locked.pending, seen.yours
    if pending is None:
        raise AgentpackError("has no conflict", path=place, mend="see: agentpack status")
    after = LockedFile(pending.sha256, pending.executable, locked.adopted)
    text = seen.text(pending.sha256)
    if take_pack:
        if text is None:
            message = "the pack's text is missing from the ledger"
            raise AgentpackError(message, path=place, mend="run: agentpack update")
        file = File(text, pending.executable)
        changes = () if file == yours else (Change(seen.path, "write", "the pack's", file),)
        return Decision((*changes, *clear(seen)), after)
    if yours and has_markers(yours.data):
        raise AgentpackError(
            "still has conflict markers", path=place, mend="edit it first, or take --pack"
        )
    same = yours is not None and digest(yours.data) == pending.sha256
    why = "resolved: as the pack has it" if same else "resolved: what differs is your edit"
    return Decision((Change(seen.path, "keep", why), *clear(seen)), after)
