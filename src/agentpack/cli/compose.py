"""From the packs of a project to what they offer it: source, pack, facts, rendering.

The one place where where packs come from and how they are installed meet.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentpack import pack as packs
from agentpack import targets
from agentpack.errors import AgentpackError
from agentpack.install import File, Installed, Lock, LockedFact, Offer, ledger
from agentpack.install.lock import CLAUDE
from agentpack.pack import Component, Origin, Pack
from agentpack.project import Facts, detect, unknown
from agentpack.render import render


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of one pack: these names, or all of it."""

    origin: Origin
    pack: Pack
    agents: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    whole: bool = False
    target: str = targets.CLAUDE


@dataclass(frozen=True, slots=True)
class Composed:
    """What packs offer a project, and the facts that they were rendered with."""

    offers: tuple[Offer, ...]
    facts: Facts
    sources: Mapping[str, Path] = field(default_factory=dict)
    """The file of its pack that each offered file was made of."""
    roots: Mapping[str, Path] = field(default_factory=dict)
    """The folder of each pack."""
    lost: tuple[str, ...] = ()
    """What a target has no place for."""
    judged: Mapping[str, File] = field(default_factory=dict)
    """All files as Claude Code has them, whatever the target: as such they are linted."""
    left_out: tuple[str, ...] = ()
    """What packs have besides agents and skills."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user asked for."""

    source: str | None = None
    """`SOURCE[@REF][#PLUGIN]`; None: what is installed, else the built-in pack."""
    agents: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    target: str | None = None
    """None: the one that is installed, else Claude Code."""
    frozen: bool = False
    """Whether only what the ledger pins will do."""


def wishes(root: Path, lock: Lock | None, choice: Choice) -> tuple[Wish, ...]:
    """What an install is to bring: one pack by its source, or what is installed already.

    Raises:
        AgentpackError: a source or a name cannot be used, or is not what is pinned.
    """
    known = dict(lock.packs) if lock else {}
    if choice.source is None and known:
        found = {name: open_source(root, one, frozen=choice.frozen) for name, one in known.items()}
        if not choice.agents and not choice.skills:
            return tuple(
                _wish(*found[name], one, choice, whole=True) for name, one in known.items()
            )
        name = _having({name: pack for name, (_, pack) in found.items()}, choice)
        return (_wish(*found[name], known[name], choice),)
    origin, pack = packs.fetch(choice.source)
    before = known.get(pack.name)
    if choice.frozen:
        origin, pack = packs.fetch(choice.source, frozen=_pinned(root, pack, before))
    whole = not choice.agents and not choice.skills
    return (_wish(origin.seen_from(root), pack, before, choice, whole=whole),)


def installed(
    root: Path, lock: Lock, only: str | None = None, *, frozen: bool = False, lenient: bool = False
) -> tuple[Wish, ...]:
    """What is installed, of the packs as their sources have them now.

    Args:
        only: the name of the one pack that is meant.
        frozen: whether the sources must have what the ledger pins.
        lenient: whether a repository that cannot be asked is taken to have what is pinned.
    """
    chosen = {name: one for name, one in lock.packs.items() if only in (None, name)}
    return tuple(
        _wish(*open_source(root, one, frozen=frozen, lenient=lenient), one, Choice())
        for one in chosen.values()
    )


def compose(root: Path, wanted: Iterable[Wish]) -> Composed:
    """Detect the facts once, and render every wish with them.

    Raises:
        AgentpackError: the project cannot be read, or a pack cannot be rendered.
    """
    wanted = tuple(wanted)
    facts = unknown() if _is_home(root) else detect(root)
    offers: list[Offer] = []
    sources: dict[str, Path] = {}
    roots: dict[str, Path] = {}
    judged: dict[str, File] = {}
    lost: list[str] = []
    for wish in wanted:
        roots[wish.pack.name] = wish.pack.root
        components = _components(wish)
        rendered = render(components, facts)
        judged.update((f"{CLAUDE}/{one.path}", File(one.data, one.executable)) for one in rendered)
        laid = _beside(root, wish, targets.lay_out(wish.target, rendered))
        files = {one.path: File(one.data, one.executable) for one in laid.files}
        skills = targets.known(wish.target).skills
        sources.update(
            (place, file.source)
            for one in components
            for file in one.files
            for place in (
                f"{CLAUDE}/{file.target}"
                if wish.target == targets.CLAUDE
                else f"{skills}/{file.target.partition('/')[2]}",
            )
        )
        lost += [f"{wish.pack.name}: {line}" for line in laid.lost]
        offers.append(Offer(wish.pack.name, _installed(wish, components, facts), files))
    left_out = tuple(dict.fromkeys(name for wish in wanted for name in wish.pack.left_out))
    return Composed(tuple(offers), facts, sources, roots, tuple(lost), judged, left_out)


def _beside(root: Path, wish: Wish, laid: targets.Layout) -> targets.Layout:
    """The layout without its index, where another's file of that name is there already."""
    index = targets.known(wish.target).index
    if index is None or not (root / index).exists():
        return laid
    lock = ledger(root)
    if lock and lock.owner(index) == wish.pack.name:
        return laid
    files = tuple(file for file in laid.files if file.path != index)
    return targets.Layout(files, (*laid.lost, f"{index} is there already: name the agents in it"))


def open_source(
    root: Path, one: Installed, *, frozen: bool = False, lenient: bool = False
) -> tuple[Origin, Pack]:
    """The pack that the source of an installed one has now, and where it is.

    Raises:
        AgentpackError: there is none, or it is not what is pinned.
    """
    if frozen:
        return packs.fetch(None, frozen=one.source, base=root)
    try:
        return packs.fetch(one.source, base=root)
    except AgentpackError as error:
        if not lenient or one.source.commit is None:
            raise
        print(f"agentpack: taken as pinned: {error}", file=sys.stderr)
        return packs.fetch(None, frozen=one.source, base=root)


def _pinned(root: Path, pack: Pack, before: Installed | None) -> Origin:
    if before is None:
        raise AgentpackError(
            f"the pack {pack.name!r} is not in the ledger, so nothing is pinned", path=root
        )
    return before.source


def _is_home(root: Path) -> bool:
    """Whether it is the user's own scope: a home is no project, and has no facts."""
    return root.resolve() == Path.home().resolve()


def _having(found: Mapping[str, Pack], choice: Choice) -> str:
    """The installed pack that has these names; the first one, to tell what it has, if none."""
    for name, pack in found.items():
        if set(choice.agents) <= set(pack.agents) and set(choice.skills) <= set(pack.skills):
            return name
    return next(iter(found))


def _wish(
    origin: Origin, pack: Pack, known: Installed | None, choice: Choice, *, whole: bool = False
) -> Wish:
    """What was chosen, and what is installed already."""
    target = choice.target or (known.target if known else targets.CLAUDE)
    targets.known(target)
    if whole:
        return Wish(origin, pack, whole=True, target=target)
    agents, skills = choice.agents, choice.skills
    if known:
        agents += tuple(name for name in known.agents if name in pack.agents)
        skills += tuple(name for name in known.skills if name in pack.skills)
    return Wish(origin, pack, agents, skills, bool(known and known.whole), target)


def _components(wish: Wish) -> tuple[Component, ...]:
    agents = tuple(wish.pack.agents) if wish.whole else wish.agents
    skills = tuple(wish.pack.skills) if wish.whole else wish.skills
    return wish.pack.closure(agents, skills)


def _installed(wish: Wish, components: Iterable[Component], facts: Facts) -> Installed:
    components = tuple(components)
    used = {name for component in components for file in component.files for name in file.facts}
    return Installed(
        version=wish.pack.version,
        source=wish.origin,
        target=wish.target,
        whole=wish.whole,
        agents={c.name: c.version for c in components if c.kind == "agent"},
        skills={c.name: c.version for c in components if c.kind == "skill"},
        facts={f.name: LockedFact(_json(f.value), f.source) for f in facts if f.name in used},
    )


def _json(value: object) -> object:
    """A fact's value as it comes back from JSON, so that ledgers compare."""
    return list(value) if isinstance(value, tuple) else value
