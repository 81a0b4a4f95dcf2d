"""A pack: `pack.toml`, and the agents and skills that stand beside it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agentpack.errors import AgentpackError

Kind = Literal["agent", "skill"]
TEMPLATE_SUFFIX = ".j2"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack: where it is, and where it goes below `.claude`."""

    source: Path
    target: str
    facts: tuple[str, ...]
    """The facts it says it uses; only a template may use any."""

    @property
    def is_template(self) -> bool:
        """Whether it is rendered; any other file is copied byte for byte."""
        return self.source.suffix == TEMPLATE_SUFFIX


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
    """A pack as it lies on disk."""

    name: str
    version: str
    root: Path
    agents: Mapping[str, Component]
    skills: Mapping[str, Component]

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


def builtin_root() -> Path:
    """Where the pack that ships with agentpack lies."""
    return Path(__file__).parent / "builtin"


def load(root: Path) -> Pack:
    """Read the pack in `root`.

    Raises:
        AgentpackError: there is no `pack.toml`, or it and the files beside it disagree.
    """
    manifest = root / "pack.toml"
    try:
        text = manifest.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise AgentpackError(
            "no pack.toml here", path=root, mend="name the folder of a pack"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AgentpackError(f"cannot be read: {error}", path=manifest) from None
    return _Reader(root, manifest, text).pack(table)


def _known(name: str, known: Mapping[str, Component], kind: Kind) -> str:
    if name in known:
        return name
    close = difflib.get_close_matches(name, known, n=1)
    mend = f"did you mean {close[0]!r}?" if close else f"the pack has {', '.join(known) or 'none'}"
    raise AgentpackError(f"no {kind} {name!r} in the pack", mend=mend)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the table of a `pack.toml` into a `Pack`, with errors at their line."""

    root: Path
    manifest: Path
    text: str

    def pack(self, table: dict[str, Any]) -> Pack:
        head = self._table(table, "pack")
        skills = {
            name: self._component("skill", name, entry)
            for name, entry in self._table(table, "skills", optional=True).items()
        }
        agents = {
            name: self._component("agent", name, entry)
            for name, entry in self._table(table, "agents", optional=True).items()
        }
        for component in (*agents.values(), *skills.values()):
            for skill in component.skills:
                if skill not in skills:
                    message = f"{component.kind} {component.name!r} needs a skill {skill!r}"
                    raise self._error(f"{message} that is not here", skill)
        return Pack(self._str(head, "name"), self._str(head, "version"), self.root, agents, skills)

    def _component(self, kind: Kind, name: str, entry: Any) -> Component:
        if not _NAME.fullmatch(name):
            raise self._error(
                f"{name!r} is no name: use lower-case letters, digits and hyphens", name
            )
        if not isinstance(entry, dict):
            raise self._error(f"{name!r} must be a table", name)
        extra = set(entry) - {"version", "skills", "facts"}
        if extra:
            raise self._error(f"{name!r} has an unknown key {min(extra)!r}", min(extra))
        files = (
            self._agent_files(name, entry) if kind == "agent" else self._skill_files(name, entry)
        )
        version, skills = self._str(entry, "version"), tuple(entry.get("skills", ()))
        return Component(kind, name, version, skills, files)

    def _agent_files(self, name: str, entry: dict[str, Any]) -> tuple[PackFile, ...]:
        plain = self.root / "agents" / f"{name}.md"
        template = plain.with_name(plain.name + TEMPLATE_SUFFIX)
        source = template if template.is_file() else plain
        if not source.is_file():
            raise self._error(f"agent {name!r} has no file {plain.relative_to(self.root)}", name)
        return (PackFile(source, f"agents/{name}.md", tuple(entry.get("facts", ()))),)

    def _skill_files(self, name: str, entry: dict[str, Any]) -> tuple[PackFile, ...]:
        folder = self.root / "skills" / name
        facts: dict[str, list[str]] = entry.get("facts", {})
        files = []
        for source in sorted(path for path in folder.rglob("*") if path.is_file()):
            if "__pycache__" in source.parts:
                continue
            inside = source.relative_to(folder).as_posix().removesuffix(TEMPLATE_SUFFIX)
            used = tuple(facts.get(inside, ()))
            files.append(PackFile(source, f"skills/{name}/{inside}", used))
        targets = {file.target for file in files}
        for inside in ("SKILL.md", *facts):
            if f"skills/{name}/{inside}" not in targets:
                raise self._error(
                    f"skill {name!r} has no file {inside}", inside if inside in facts else name
                )
        return tuple(files)

    def _table(self, table: dict[str, Any], key: str, *, optional: bool = False) -> dict[str, Any]:
        value = table.get(key, {} if optional else None)
        if not isinstance(value, dict):
            raise self._error(f"there must be a table [{key}]", key)
        return value

    def _str(self, table: dict[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self._error(f"{key!r} must be text", key)
        return value

    def _error(self, message: str, word: str) -> AgentpackError:
        """The error at the first line of `pack.toml` that has `word` in it."""
        lines = enumerate(self.text.splitlines(), start=1)
        line = next((number for number, text in lines if word in text), None)
        return AgentpackError(message, path=self.manifest, line=line)
