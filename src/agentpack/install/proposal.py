"""From a project and a pack to all that an install would do; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agentpack import pack as packs
from agentpack.errors import AgentpackError
from agentpack.install import target
from agentpack.install.lock import CLAUDE, Installed, Lock, LockedFact
from agentpack.install.plan import Plan, plan_install
from agentpack.pack import Origin
from agentpack.project import Facts, detect
from agentpack.render import Rendered, render

BUILTIN: Final = "builtin"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an install would do to a project, and the ledger it would leave."""

    root: Path
    before: Lock | None
    after: Lock
    facts: Facts
    rendered: tuple[Rendered, ...]
    plan: Plan


def propose(
    root: Path, source: str | None = None, agents: Iterable[str] = (), skills: Iterable[str] = ()
) -> Proposal:
    """Propose to install these agents and skills of a pack, with the skills they need.

    What is installed already stays part of it. With no names, all of the pack is meant.

    Args:
        root: the project.
        source: a pack's folder; by default the one installed, else the built-in pack.

    Raises:
        AgentpackError: the project, the pack or a name cannot be used.
    """
    before = target.ledger(root)
    origin, folder = _source(root, source, before)
    pack = packs.load(folder)
    known = _only(before)
    if known and before and pack.name not in before.packs:
        message = f"the pack {next(iter(before.packs))!r} is installed here"
        raise AgentpackError(message, path=root, mend="uninstall it first")
    agents, skills = tuple(agents), tuple(skills)
    if not agents and not skills:
        agents, skills = tuple(pack.agents), tuple(pack.skills)
    elif known:
        agents += tuple(name for name in known.agents if name in pack.agents)
        skills += tuple(name for name in known.skills if name in pack.skills)
    components = pack.closure(agents, skills)
    facts = detect(root)
    rendered = tuple(
        replace(file, path=f"{CLAUDE}/{file.path}") for file in render(components, facts)
    )
    disk = target.digests(
        root, [*(before.files if before else ()), *(file.path for file in rendered)]
    )
    plan = plan_install(before, disk, rendered)
    used = {name for component in components for file in component.files for name in file.facts}
    after = Installed(
        version=pack.version,
        source=origin,
        agents={c.name: c.version for c in components if c.kind == "agent"},
        skills={c.name: c.version for c in components if c.kind == "skill"},
        facts={f.name: LockedFact(_json(f.value), f.source) for f in facts if f.name in used},
        files=plan.files,
    )
    lock = Lock({pack.name: after}, before.folders if before else ())
    return Proposal(root, before, lock, facts, rendered, plan)


def _only(lock: Lock | None) -> Installed | None:
    return next(iter(lock.packs.values())) if lock and lock.packs else None


def _source(root: Path, source: str | None, before: Lock | None) -> tuple[Origin, Path]:
    """The source as the ledger names it, and the folder it stands for."""
    known = _only(before)
    if source is None:
        origin = known.source if known else Origin(BUILTIN)
        return origin, packs.builtin_root() if origin.kind == BUILTIN else root / origin.location
    if source == BUILTIN:
        return Origin(BUILTIN), packs.builtin_root()
    folder = Path(source)
    if not folder.is_dir():
        raise AgentpackError("no such folder to install from", path=source)
    return Origin("folder", Path(os.path.relpath(folder, root)).as_posix()), folder


def _json(value: object) -> object:
    """A fact's value as it comes back from JSON, so that ledgers compare."""
    return list(value) if isinstance(value, tuple) else value
