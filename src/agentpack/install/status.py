"""How an installed pack stands: what you changed, what the pack and the project changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agentpack.install import target
from agentpack.install.lock import Lock
from agentpack.install.proposal import propose

State = Literal["clean", "edited", "deleted"]


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the ledger, compared with what agentpack wrote."""

    path: str
    state: State


@dataclass(frozen=True, slots=True)
class FactDrift:
    """A fact that is no longer what the installed files say."""

    name: str
    installed: Any
    now: Any
    source: str


@dataclass(frozen=True, slots=True)
class Status:
    """The ledger, its files, and all that an install would change today."""

    lock: Lock
    files: tuple[FileState, ...]
    facts: tuple[FactDrift, ...]
    outdated: tuple[str, ...]
    """Files that the pack would write otherwise today."""

    @property
    def clean(self) -> bool:
        """Whether disk, ledger, facts and pack agree."""
        return not (self.facts or self.outdated or any(f.state != "clean" for f in self.files))


def status(root: Path) -> Status | None:
    """Compare the project with its ledger and with its pack; `None`: nothing is installed."""
    lock = target.ledger(root)
    if lock is None:
        return None
    disk = target.digests(root, lock.files)
    known = next(iter(lock.packs.values()))
    before = known.facts
    proposal = propose(root, None, known.agents, known.skills)
    now = next(iter(proposal.after.packs.values())).facts
    drift = tuple(
        FactDrift(name, before[name].value, fact.value, fact.source)
        for name, fact in now.items()
        if name in before and fact.value != before[name].value
    )
    outdated = {path for path, file in proposal.after.files.items() if file != lock.files.get(path)}
    outdated.update(
        c.path for c in proposal.plan.changes if c.action in {"write", "delete", "conflict"}
    )
    return Status(
        lock,
        tuple(
            FileState(path, _state(disk.get(path), file.sha256))
            for path, file in lock.files.items()
        ),
        drift,
        tuple(sorted(outdated)),
    )


def _state(found: str | None, written: str) -> State:
    if found is None:
        return "deleted"
    return "clean" if found == written else "edited"
