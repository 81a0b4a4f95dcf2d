"""`pack.toml`: what a pack says of itself, held against the files beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.pack.bounds import LARGEST_MANIFEST
from agentpack.pack.parts import Part, below
from agentpack.pack.tree import Tree
from agentpack.pack.values import TEMPLATE_SUFFIX, Kind

NAME = "pack.toml"
_SAID = ("description", "author", "license", "homepage", "repository", "market")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A pack's name, version and parts, no file of which has been read."""

    name: str
    version: str
    parts: tuple[Part, ...]
    about: Mapping[str, Any]


def read(tree: Tree, root: str) -> Manifest:
    """Read the `pack.toml` in the folder `root` of a tree, such as `packs/one/`.

    Raises:
        AgentpackError: it is no manifest, or it and the files beside it disagree.
    """
    place = tree.place / f"{root}{NAME}"
    entry = tree.entries[f"{root}{NAME}"]
    if entry.kind != "file" or entry.size > LARGEST_MANIFEST:
        raise AgentpackError(f"is a {entry.kind} of {entry.size:,} bytes", path=place)
    try:
        text = tree.read([f"{root}{NAME}"])[f"{root}{NAME}"].decode()
        table = tomllib.loads(text)
    # A number of ten thousand digits is a ValueError, a list in a list in a list the other.
    except (ValueError, RecursionError) as error:
        raise AgentpackError(f"cannot be read: {error}", path=place) from None
    return _Reader(tree, root, place, text).manifest(table)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the table of a `pack.toml` into a `Pack`, with errors at their line."""

    tree: Tree
    root: str
    place: Path
    text: str

    def manifest(self, table: dict[str, Any]) -> Manifest:
        head = self._table(table, "pack")
        agents = [
            self._part("agent", name, entry)
            for name, entry in self._table(table, "agents", optional=True).items()
        ]
        skills = [
            self._part("skill", name, entry)
            for name, entry in self._table(table, "skills", optional=True).items()
        ]
        known = {part.name for part in skills}
        for part in (*agents, *skills):
            for skill in part.skills or ():
                if skill not in known:
                    message = f"{part.kind} {part.name!r} needs a skill {skill!r}"
                    raise self._error(f"{message} that is not here", skill)
        name, version = self._str(head, "name"), self._str(head, "version")
        return Manifest(name, version, (*agents, *skills), self._about(head))

    def _about(self, head: dict[str, Any]) -> dict[str, Any]:
        unknown = set(head) - {"name", "version", "keywords", *_SAID}
        if unknown:
            raise self._error(f"the pack has an unknown key {min(unknown)!r}", min(unknown))
        said: dict[str, Any] = {key: self._str(head, key) for key in _SAID if key in head}
        if "keywords" in head:
            said["keywords"] = list(self._texts(head, "keywords", "keywords"))
        return said

    def _part(self, kind: Kind, name: str, entry: Any) -> Part:
        if not _NAME.fullmatch(name):
            raise self._error(
                f"{name!r} is no name: use lower-case letters, digits and hyphens", name
            )
        if not isinstance(entry, dict):
            raise self._error(f"{name!r} must be a table", name)
        extra = set(entry) - {"version", "skills", "facts"}
        if extra:
            raise self._error(f"{name!r} has an unknown key {min(extra)!r}", min(extra))
        skills = self._texts(entry, "skills", name)
        files, facts = self._agent(name, entry) if kind == "agent" else self._skill(name, entry)
        return Part(kind, name, self._str(entry, "version"), skills, files, facts)

    def _agent(self, name: str, entry: dict[str, Any]) -> tuple[_Files, _Facts]:
        plain = f"{self.root}agents/{name}.md"
        source = f"{plain}{TEMPLATE_SUFFIX}"
        if source not in self.tree.entries:
            source = plain
        if source not in self.tree.entries:
            raise self._error(f"agent {name!r} has no file agents/{name}.md", name)
        target = f"agents/{name}.md"
        return {target: source}, {target: self._texts(entry, "facts", name)}

    def _skill(self, name: str, entry: dict[str, Any]) -> tuple[_Files, _Facts]:
        folder = f"skills/{name}/"
        facts = self._table(entry, "facts", optional=True)
        files: _Files = {}
        for source in below(self.tree, self.root + folder):
            target = source.removeprefix(self.root).removesuffix(TEMPLATE_SUFFIX)
            if target in files:
                raise self._error(f"skill {name!r} has {target} with and without .j2", name)
            files[target] = source
        for inside in ("SKILL.md", *facts):
            if folder + inside not in files:
                raise self._error(
                    f"skill {name!r} has no file {inside}", inside if inside in facts else name
                )
        used = {folder + inside: self._texts(facts, inside, inside) for inside in facts}
        return files, used

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

    def _texts(self, table: dict[str, Any], key: str, word: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(f"{key!r} of {word!r} must be a list of texts", word)
        return tuple(value)

    def _error(self, message: str, word: str) -> AgentpackError:
        """The error at the first line of `pack.toml` that has `word` in it."""
        lines = enumerate(self.text.splitlines(), start=1)
        line = next((number for number, text in lines if word in text), None)
        return AgentpackError(message, path=self.place, line=line)


_Files = dict[str, str]
_Facts = dict[str, tuple[str, ...]]
