"""The only writer into a user's repository: carries a plan out, the ledger last."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.install import target
from agentpack.install.decisions import decisions
from agentpack.install.lock import CLAUDE, STATE, Lock, digest
from agentpack.install.plan import Plan
from agentpack.install.proposal import Proposal
from agentpack.project import OVERRIDES_FILE, Conflict
from agentpack.render import Rendered


def install(proposal: Proposal) -> None:
    """Carry out what `proposal` says, unless it is refused.

    Raises:
        AgentpackError: something cannot be written; what was there before stays.
    """
    root, plan = proposal.root, proposal.plan
    if plan.refused:
        return
    if not any(change.action in {"write", "delete"} for change in plan.changes) and (
        proposal.before == proposal.after
    ):
        return
    writes = [change.rendered for change in plan.changes if change.rendered]
    deletes = [change.path for change in plan.changes if change.action == "delete"]
    target.require_writable(root, [*(file.path for file in writes), *deletes])
    state = root / CLAUDE / STATE
    made = _make_folders(root, [state, *(root / file.path for file in writes)])
    try:
        staged = [(_stage(state, file), file) for file in writes]
    except OSError as error:
        _drop_folders(root, made)
        raise AgentpackError(f"cannot be written: {error.strerror}", path=error.filename) from None
    for temporary, file in staged:
        temporary.replace(root / file.path)
    _delete(root, deletes)
    _drop_folders(root, proposal.after.folders)
    _write_base(state, proposal)
    folders = [name for name in (*proposal.after.folders, *made) if (root / name).is_dir()]
    _write_ledger(state, replace(proposal.after, folders=tuple(folders)))


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


def uninstall(root: Path, lock: Lock, plan: Plan) -> None:
    """Delete what `plan` says, then the ledger and the folders that agentpack made."""
    deletes = [change.path for change in plan.changes if change.action == "delete"]
    target.require_writable(root, deletes)
    _delete(root, deletes)
    shutil.rmtree(root / CLAUDE / STATE)
    _drop_folders(root, lock.folders)


def _make_folders(root: Path, files: Iterable[Path]) -> tuple[str, ...]:
    """Make the folders of `files`; the new ones from the root, outermost first."""
    made = []
    for folder in sorted(
        {parent for file in files for parent in file.parents if root in parent.parents}
    ):
        if not folder.exists():
            folder.mkdir()
            made.append(folder.relative_to(root).as_posix())
    stage = root / CLAUDE / STATE / "stage"
    stage.mkdir(parents=True, exist_ok=True)
    return tuple(made)


def _drop_folders(root: Path, folders: Iterable[str]) -> None:
    """Remove the stage, and those of `folders` that are empty."""
    shutil.rmtree(root / CLAUDE / STATE / "stage", ignore_errors=True)
    for folder in sorted(folders, reverse=True):
        if (root / folder).is_dir() and not any((root / folder).iterdir()):
            (root / folder).rmdir()


def _stage(state: Path, file: Rendered) -> Path:
    temporary = state / "stage" / digest(file.path.encode())
    with temporary.open("wb") as stream:
        stream.write(file.data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.chmod(0o755 if file.executable else 0o644)
    return temporary


def _delete(root: Path, paths: Iterable[str]) -> None:
    for path in paths:
        (root / path).unlink(missing_ok=True)


def _write_base(state: Path, proposal: Proposal) -> None:
    """Keep each text as rendered, to merge with later.

    Named by digest: under their own names a project's linters and test runners would find them.
    """
    base = state / "base"
    base.mkdir(exist_ok=True)
    wanted = {file.sha256 for file in proposal.after.files.values()}
    for file in proposal.rendered:
        if digest(file.data) in wanted:
            (base / digest(file.data)).write_bytes(file.data)
    for text in base.iterdir():
        if text.name not in wanted:
            text.unlink()


def _write_ledger(state: Path, lock: Lock) -> None:
    temporary = state / "lock.json.new"
    temporary.write_bytes(lock.dump())
    temporary.replace(state / "lock.json")
