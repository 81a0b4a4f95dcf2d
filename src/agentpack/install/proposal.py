"""All that an install, an update or an uninstall would do; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.lock import Installed, Lock, LockedFile, Stamp, digest, require_inside
from agentpack.install.offer import Offer
from agentpack.install.plan import Change, Decision, Seen, decide, take_away
from agentpack.install.target import BASE, OURS, Disk, ledger, parents


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes to a project, and the ledger that they leave."""

    root: Path
    before: Lock | None
    after: Lock | None
    """`None`: nothing is installed any more, and the ledger goes."""
    changes: tuple[Change, ...]
    texts: Mapping[str, bytes]
    """Texts that the ledger needs and does not have, by their digest."""
    seen: Mapping[str, Stamp | None]
    """What was at each path that is written or deleted when this was proposed."""

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The changes that need a person."""
        return tuple(change for change in self.changes if change.action == "conflict")

    @property
    def refused(self) -> bool:
        """Whether somebody else's file is in the way, so that nothing may be written."""
        return any(change.blocks for change in self.changes)

    @property
    def idle(self) -> bool:
        """Whether nothing at all would be written."""
        touched = any(change.file or change.action == "delete" for change in self.changes)
        return not (touched or self.texts) and self.before == self.after


def propose(
    root: Path, offers: Iterable[Offer], *, markers: bool = False, disk: Disk | None = None
) -> Proposal:
    """Propose to bring a project to what these packs offer; other packs stay as they are.

    Args:
        root: the project, or the home.
        offers: the packs, as rendered for it.
        markers: whether conflicts go into the files, instead of beside them.
        disk: what was read of the project already.

    Raises:
        AgentpackError: the project cannot be used.
    """
    before = ledger(root)
    proposer = _Proposer(root, before or Lock(), disk or Disk(root), markers=markers)
    return proposer.offered(before, tuple(offers))


def propose_removal(root: Path, pack: str | None = None) -> Proposal:
    """Propose to take away one pack, or all that is installed.

    Raises:
        AgentpackError: it is not installed, or the project cannot be used.
    """
    lock = require_ledger(root)
    if pack is not None:
        require_pack(root, lock, pack)
    disk, gone = Disk(root), [pack] if pack is not None else list(lock.packs)
    changes: list[Change] = []
    for name in gone:
        for path, locked in sorted(lock.packs[name].files.items()):
            yours = disk.file(path)
            changes += take_away(
                Seen(path, locked, yours, text=disk.text, beside=disk.file)
            ).changes
    rest = {name: one for name, one in lock.packs.items() if name not in gone}
    after = replace(lock, packs=rest) if rest else None
    return Proposal(root, lock, after, tuple(changes), {}, stamps(disk, changes))


def require_ledger(root: Path) -> Lock:
    """The ledger of a project where something is installed.

    Raises:
        AgentpackError: nothing is.
    """
    lock = ledger(root)
    if lock is None:
        raise AgentpackError("nothing is installed here", path=root)
    return lock


def require_pack(root: Path, lock: Lock, name: str) -> Installed:
    """What is installed of the pack `name`.

    Raises:
        AgentpackError: it is not installed.
    """
    if name not in lock.packs:
        known = ", ".join(lock.packs)
        raise AgentpackError(
            f"no pack {name!r} is installed here", path=root, mend=f"it has {known}"
        )
    return lock.packs[name]


def stamps(disk: Disk, changes: Iterable[Change]) -> dict[str, Stamp | None]:
    """What is now at each path that `changes` write or delete."""
    return {c.path: disk.stamp(c.path) for c in changes if c.file or c.action == "delete"}


def _require_sound(root: Path, paths: set[str]) -> None:
    for path in sorted(paths):
        try:
            require_inside(path)
        except ValueError as error:
            raise AgentpackError(f"a pack may not write here: {error}", path=root) from None
        if path.startswith(OURS):
            raise AgentpackError(
                "a pack may not write here: it is agentpack's own", path=root / path
            )
        for folder in parents(path):
            if folder in paths:
                message = f"the pack has a file here, and {path} below it"
                raise AgentpackError(message, path=root / folder)


class _Proposer:
    """Gathers the decisions on all files of all packs that are offered."""

    def __init__(self, root: Path, lock: Lock, disk: Disk, *, markers: bool) -> None:
        self._root, self._lock, self._disk, self._markers = root, lock, disk, markers
        self._changes: dict[str, Change] = {}
        self._texts: dict[str, bytes] = {}
        self._kept = set(self._disk.names(BASE))

    def offered(self, before: Lock | None, offers: tuple[Offer, ...]) -> Proposal:
        _require_sound(self._root, {path for offer in offers for path in offer.files})
        files: dict[str, dict[str, LockedFile]] = {offer.name: {} for offer in offers}
        for offer in offers:
            for path in sorted(set(self._files(offer.name)) - set(offer.files)):
                self._keep(files[offer.name], path, self._decide(offer, path))
        for offer in offers:
            rivals = [other for other in offers if other is not offer]
            for path in sorted(offer.files):
                owner = self._other_owner(path, offer, rivals)
                if owner:
                    why = f"the packs {owner!r} and {offer.name!r} both have it"
                    self._changes[path] = Change(path, "conflict", why, blocks=True)
                    continue
                if path not in self._files(offer.name):
                    self._require_room(path)
                self._keep(files[offer.name], path, self._decide(offer, path))
        packs = {
            **self._lock.packs,
            **{o.name: replace(o.installed, files=files[o.name]) for o in offers},
        }
        changes = tuple(self._changes[path] for path in sorted(self._changes))
        if any(change.blocks for change in changes):
            changes = tuple(change for change in changes if change.blocks)
        after = replace(self._lock, packs=packs)
        seen, needed = stamps(self._disk, changes), after.texts
        texts = {sha256: text for sha256, text in self._texts.items() if sha256 in needed}
        return Proposal(self._root, before, after, changes, texts, seen)

    def _files(self, pack: str) -> Mapping[str, LockedFile]:
        known = self._lock.packs.get(pack)
        return known.files if known else {}

    def _decide(self, offer: Offer, path: str) -> Decision:
        seen = Seen(
            path,
            self._files(offer.name).get(path),
            self._disk.file(path),
            offer.files.get(path),
            self._disk.text,
            self._disk.file,
            self._markers,
        )
        return decide(seen)

    def _keep(self, files: dict[str, LockedFile], path: str, decision: Decision) -> None:
        for change in decision.changes:
            self._changes[change.path] = change
        for text in decision.texts:
            sha256 = digest(text)
            # To read every text of the ledger would take longer than all the rest.
            sound = not decision.changes or self._disk.text(sha256) is not None
            if sha256 not in self._kept or not sound:
                self._texts[sha256] = text
        if decision.after:
            files[path] = decision.after

    def _other_owner(self, path: str, offer: Offer, rivals: list[Offer]) -> str | None:
        rival = next((other.name for other in rivals if path in other.files), None)
        owner = self._lock.owner(path)
        return rival or (owner if owner != offer.name else None)

    def _require_room(self, path: str) -> None:
        """Raise if a folder stands where a file is to be, or a file where a folder is to be."""
        for folder in parents(path):
            if self._disk.kind(folder) == "file" and not self._goes(folder):
                raise AgentpackError(
                    "is a file, not a folder", path=self._root / folder, mend="move it away"
                )
        if self._disk.kind(path) == "folder":
            inside = list(self._disk.below(path))
            if not inside or not all(map(self._goes, inside)):
                raise AgentpackError(
                    "is a folder, and a file is to stand there",
                    path=self._root / path,
                    mend="move it away",
                )

    def _goes(self, path: str) -> bool:
        change = self._changes.get(path)
        return change is not None and change.action == "delete"
