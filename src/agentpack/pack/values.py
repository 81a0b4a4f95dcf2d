"""A pack as a value: its agents and skills, what they need, and their files."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from agentpack.errors import AgentpackError

Kind = Literal["agent", "skill"]
TEMPLATE_SUFFIX = ".j2"


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack: where it is, what is in it, and where it goes below `.claude`."""

    source: Path
    """Where it stands, for what is said of it; in a commit or a wheel there is no such file."""
    target: str
    facts: tuple[str, ...]
    """The facts it says it uses; only a template may use any."""
    data: bytes = field(repr=False)
    executable: bool = False

    @property
    def is_template(self) -> bool:
        """Whether it is rendered; any other file is copied byte for byte."""
        return self.source.suffix == TEMPLATE_SUFFIX and not self.target.endswith(TEMPLATE_SUFFIX)


@dataclass(frozen=True, slots=True)
class Component:
    """An agent or a skill: its version, the skills it needs, its files."""

    kind: Kind
    name: str
    version: str
    skills: tuple[str, ...]
    """An agent preloads these; a skill points to them."""
    files: tuple[PackFile, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, read whole."""

    name: str
    version: str
    root: Path
    agents: Mapping[str, Component]
    skills: Mapping[str, Component]
    left_out: tuple[str, ...] = ()
    """What it has besides agents and skills, such as `hooks`: none of it is installed."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What it says of itself: description, author, license, keywords, homepage, repository."""

    def closure(self, agents: Iterable[str], skills: Iterable[str]) -> tuple[Component, ...]:
        """These agents and skills with every skill that they need, in the pack's order.

        Raises:
            AgentpackError: the pack has no agent or skill of that name.
        """
        wanted_agents = {_known(name, self.agents, "agent") for name in agents}
        wanted_skills: set[str] = set()
        needed = [_known(name, self.skills, "skill") for name in skills]
        needed += [skill for name in wanted_agents for skill in self.agents[name].skills]
        while needed:
            name = needed.pop()
            if name not in wanted_skills:
                wanted_skills.add(name)
                needed += self.skills[name].skills
        return tuple(
            component
            for component in (*self.agents.values(), *self.skills.values())
            if component.name in (wanted_agents if component.kind == "agent" else wanted_skills)
        )


def _known(name: str, known: Mapping[str, Component], kind: Kind) -> str:
    if name in known:
        return name
    close = difflib.get_close_matches(name, known, n=1)
    mend = f"did you mean {close[0]!r}?" if close else f"the pack has {', '.join(known) or 'none'}"
    raise AgentpackError(f"no {kind} {name!r} in the pack", mend=mend)
