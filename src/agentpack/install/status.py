"""How installed packs stand: what you changed, what the packs and the project changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agentpack.install.lock import Lock, LockedFile
from agentpack.install.offer import File, Offer
from agentpack.install.plan import is_accepted
from agentpack.install.proposal import Proposal, propose
from agentpack.install.target import MANAGED, OURS, Disk

State = Literal["clean", "edited", "accepted", "deleted", "conflict"]


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the ledger, compared with what agentpack wrote."""

    path: str
    pack: str
    state: State


@dataclass(frozen=True, slots=True)
class FactDrift:
    """A fact that is no longer what the installed files say."""

    pack: str
    name: str
    installed: Any
    now: Any
    source: str
    """Where the project says it now: file and line."""
    before: str
    """Where the project said it when it was installed."""
    told: str
    """Where an installed file says it: file and line; empty where none is found."""


@dataclass(frozen=True, slots=True)
class Release:
    """A pack whose source has another version than the one installed."""

    pack: str
    installed: str
    newest: str


@dataclass(frozen=True, slots=True)
class Status:
    """The ledger, its files, and all that an update would change today."""

    lock: Lock
    files: tuple[FileState, ...]
    facts: tuple[FactDrift, ...]
    outdated: tuple[str, ...]
    """Files that their pack would write otherwise today."""
    releases: tuple[Release, ...]
    rogue: tuple[str, ...]
    """Files among the agents and skills that the ledger does not know."""

    @property
    def clean(self) -> bool:
        """Whether disk, ledger, facts and packs agree; edits that were accepted do."""
        sound = all(file.state in {"clean", "accepted"} for file in self.files)
        return sound and not (self.facts or self.outdated or self.releases or self.rogue)


def status(root: Path, lock: Lock, offers: Iterable[Offer], *, strict: bool = False) -> Status:
    """Compare a project with its ledger, and with what its packs offer now.

    Args:
        root: the project.
        lock: its ledger.
        offers: what the installed packs have now.
        strict: whether to look for files that the ledger does not know.

    Raises:
        AgentpackError: the project cannot be read.
    """
    disk, offers = Disk(root), tuple(offers)
    proposal = propose(root, offers, disk=disk)
    files = tuple(
        FileState(path, name, state(disk.file(path), file))
        for name, pack in lock.packs.items()
        for path, file in sorted(pack.files.items())
    )
    outdated = tuple(sorted(_outdated(lock, proposal)))
    facts = tuple(_drift(lock, offers, disk, outdated))
    releases = tuple(
        Release(offer.name, lock.packs[offer.name].version, offer.installed.version)
        for offer in offers
        if offer.installed.version != lock.packs[offer.name].version
    )
    rogue = tuple(_rogue(lock, disk)) if strict else ()
    return Status(lock, files, facts, outdated, releases, rogue)


def state(found: File | None, locked: LockedFile) -> State:
    """How a file stands beside what the ledger says of it."""
    if locked.pending and found:
        return "conflict"
    if is_accepted(locked, found):
        return "accepted"
    if found is None:
        return "deleted"
    stamp = found.stamp
    same = (stamp.sha256, stamp.executable) == (locked.sha256, locked.executable)
    return "clean" if same else "edited"


def _outdated(lock: Lock, proposal: Proposal) -> set[str]:
    known = lock.files
    after = proposal.after.files if proposal.after else {}
    paths = {path for path in {*known, *after} if known.get(path) != after.get(path)}
    return paths | {c.path for c in proposal.changes if c.action == "conflict"}


def _drift(
    lock: Lock, offers: tuple[Offer, ...], disk: Disk, outdated: tuple[str, ...]
) -> Iterator[FactDrift]:
    for offer in offers:
        known = lock.packs[offer.name]
        texts = {path: disk.file(path) for path in outdated if path in known.files}
        for name, fact in offer.installed.facts.items():
            before = known.facts.get(name)
            if before is not None and before.value != fact.value:
                told = _line(texts, before.value)
                yield FactDrift(
                    offer.name, name, before.value, fact.value, fact.source, before.source, told
                )


def _line(texts: dict[str, File | None], value: Any) -> str:
    """The first place in these files that has `value` as a word."""
    wanted = {str(one) for one in (value if isinstance(value, list) else [value])}
    for path, file in texts.items():
        lines = file.data.decode(errors="replace").splitlines() if file else []
        for number, line in enumerate(lines, start=1):
            if any(word in line for word in wanted) and _has_word(line, wanted):
                return f"{path}:{number}"
    return ""


def _has_word(line: str, wanted: set[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) for word in wanted)


def _managed(paths: Iterable[str]) -> Iterator[str]:
    """The folders of agents and of skills that these files are in."""
    kinds = {folder.rpartition("/")[2] for folder in MANAGED}
    for path in paths:
        top, _, rest = path.partition("/")
        kind = rest.partition("/")[0]
        if kind in kinds:
            yield f"{top}/{kind}"


def _rogue(lock: Lock, disk: Disk) -> Iterator[str]:
    known = lock.files
    laid = {file.pending.beside for file in known.values() if file.pending}
    for folder in sorted({*MANAGED, *_managed(known)}):
        if disk.kind(folder) != "folder":
            continue
        for path in disk.below(folder):
            if (
                path not in known
                and path not in laid
                and path not in lock.own
                and not path.startswith(OURS)
            ):
                # Not every name on a disk can be printed.
                yield path.encode(errors="surrogateescape").decode(errors="replace")
