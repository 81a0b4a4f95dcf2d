"""From a project and a pack to all that an install would do; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from agentpack import pack as packs
from agentpack.errors import AgentpackError
from agentpack.install import target
from agentpack.install.lock import CLAUDE, Installed, Lock, LockedFact
from agentpack.install.plan import Plan, plan_install
from agentpack.pack import Origin, Pack
from agentpack.project import Facts, detect
from agentpack.render import Rendered, render


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
    origin, pack = _source(root, source, before)
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


def _source(root: Path, source: str | None, before: Lock | None) -> tuple[Origin, Pack]:
    """The pack, and where it is as the ledger says it."""
    known = _only(before)
    if source is None and known:
        return packs.fetch(known.source, base=root)
    origin, pack = packs.fetch(source)
    return origin.seen_from(root), pack


def _json(value: object) -> object:
    """A fact's value as it comes back from JSON, so that ledgers compare."""
    return list(value) if isinstance(value, tuple) else value
