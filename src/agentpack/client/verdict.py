"""What the client makes of each agent and skill."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AgentVerdict:
    """An agent as the client has it; `None` where it has not."""

    name: str
    path: str
    loaded: bool
    body_matches: bool = False
    description: str | None = None
    model: str | None = None
    tools: tuple[str, ...] | None = None
    """The tools it is started with; a client may hold more back until they are asked for."""
    tools_told: str = ""
    """Its tools as the roster tells them to the model, such as `All tools`."""
    skills: tuple[str, ...] = ()
    tokens: int = 0
    """What its entry in the roster adds to every conversation: an estimate."""


@dataclass(frozen=True, slots=True)
class SkillVerdict:
    """A skill as the client has it; `body_matches` is `None` where the client fills text in."""

    name: str
    path: str
    loaded: bool
    listed: bool = False
    """Whether the model is told of it."""
    body_matches: bool | None = None
    description: str | None = None
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that the client does not load as it is written, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What the client of this version makes of every agent and skill."""

    client: str
    agents: tuple[AgentVerdict, ...]
    skills: tuple[SkillVerdict, ...]
    failures: tuple[Failure, ...]
