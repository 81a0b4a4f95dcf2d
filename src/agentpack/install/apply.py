"""The only writer into a user's repository: carries a proposal out, whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install.carry import carry_out
from agentpack.install.decisions import decisions
from agentpack.install.journal import Journal, Step
from agentpack.install.lock import CLAUDE, STATE
from agentpack.install.proposal import Proposal
from agentpack.install.stage import Stage, require_room
from agentpack.install.target import BASE, LOCK, Disk, parents
from agentpack.project import OVERRIDES_FILE, Conflict


def apply(proposal: Proposal) -> tuple[str, ...]:
    """Carry out what `proposal` says, unless it is refused.

    Returns:
        The paths that somebody else changed meanwhile: they were left as they are.

    Raises:
        AgentpackError: something cannot be written. What was there before stays, or where it is
            too late for that, the next command brings the rest to its end.
    """
    if proposal.refused or proposal.idle:
        return ()
    root = proposal.root
    touched = [change.path for change in proposal.changes if change.path in proposal.seen]
    require_room(root, [*touched, LOCK])
    try:
        stage = Stage.open(root)
    except OSError as error:
        raise _cannot(error, root) from None
    try:
        journal = _written(stage, proposal)
        stage.commit(journal)
    except BaseException as error:
        # What cannot be removed now is removed by the next command.
        with suppress(OSError):
            stage.close()
        if isinstance(error, OSError):
            raise _cannot(error, stage.folder) from None
        raise
    try:
        left = carry_out(root, stage.folder, journal)
        stage.close()
    except OSError as error:
        mend = "make room and run any command of agentpack: it finishes what was begun"
        message = f"cannot be finished: {error.strerror}"
        raise AgentpackError(message, path=error.filename or root, mend=mend) from None
    return left


def lay_out_decisions(root: Path, conflicts: tuple[Conflict, ...]) -> Path | None:
    """Write the open choices to `agentpack.toml`, unless there are none or it is there already.

    Raises:
        AgentpackError: the file cannot be written.
    """
    path = root / OVERRIDES_FILE
    if not conflicts or path.exists():
        return None
    try:
        path.write_text(decisions(conflicts), encoding="utf-8")
    except OSError as error:
        raise AgentpackError(f"cannot be written: {error.strerror}", path=path) from None
    return path


def _cannot(error: OSError, path: Path) -> AgentpackError:
    return AgentpackError(f"cannot be written: {error.strerror}", path=error.filename or path)


def _written(stage: Stage, proposal: Proposal) -> Journal:
    """Stage every new text, and write down what is to be done."""
    root, disk = proposal.root, Disk(proposal.root)
    steps = []
    for change in proposal.changes:
        if change.path not in proposal.seen:
            continue
        before = proposal.seen[change.path]
        after = change.file.stamp if change.file else None
        staged = None
        if change.file:
            mode = (root / change.path).stat().st_mode if before else None
            staged = stage.add(change.file.data, executable=change.file.executable, mode=mode)
        steps.append(Step(change.path, before, after, staged))
    make, drop = _folders(disk, proposal)
    journal = Journal(tuple(steps), make, drop)
    kept = set(disk.names(BASE))
    if proposal.after is None:
        return replace(journal, forget=tuple(sorted(kept)))
    wanted = proposal.after.texts
    texts = tuple(
        (sha256, stage.add(text))
        for sha256, text in proposal.texts.items()
        if sha256 in wanted and disk.text(sha256) is None
    )
    standing = {name for name in proposal.after.folders if disk.kind(name) == "folder"}
    folders = tuple(sorted((standing - set(drop)) | set(make)))
    lock = stage.add(replace(proposal.after, folders=folders).dump())
    return replace(journal, texts=texts, forget=tuple(sorted(kept - wanted)), lock=lock)


def _folders(disk: Disk, proposal: Proposal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders to make, outermost first, and those of ours to drop, innermost first."""
    writes = [change.path for change in proposal.changes if change.file]
    gone = {change.path for change in proposal.changes if change.action == "delete"}
    state = [f"{CLAUDE}/{STATE}"] if proposal.after else []
    needed = {
        folder for path in [*writes, *(f"{one}/x" for one in state)] for folder in parents(path)
    }
    make = [folder for folder in sorted(needed) if disk.kind(folder) != "folder"]
    drop: list[str] = []
    for folder in sorted(_emptied(disk, proposal, writes), reverse=True):
        if folder in needed or disk.kind(folder) != "folder":
            continue
        rest = {f"{folder}/{name}" for name in disk.names(folder)} - gone - set(drop)
        if rest <= (set() if proposal.after else {f"{CLAUDE}/{STATE}"}):
            drop.append(folder)
    return tuple(make), tuple(drop)


def _emptied(disk: Disk, proposal: Proposal, writes: list[str]) -> set[str]:
    """Folders that may go: those that agentpack made, and those where a file is to stand."""
    folders = set(proposal.before.folders if proposal.before else ())
    for path in writes:
        if disk.kind(path) == "folder":
            inside = (folder for file in disk.below(path) for folder in parents(file))
            folders |= {folder for folder in inside if folder.startswith(f"{path}/")} | {path}
    return folders
