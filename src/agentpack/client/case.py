r"""Cases to ask the client about: small trees of files, kept as data.

A text stands for bytes as UTF-8, and a lone surrogate such as `\udcff` for the
one byte that is not. `%NAME%` becomes a word that no other case has, by which
what the client says of a case is known again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "%NAME%"
PLUGIN = f"{NAME}/.claude-plugin/plugin.json"
"""The manifest that makes a case a plugin: the folder `%NAME%` is loaded as one."""


@dataclass(frozen=True, slots=True)
class Case:
    """A tree of files below a project's root.

    Args:
        links: symbolic links, from their path to what they lead to.
        alone: whether it needs a project of its own.
    """

    ident: str
    files: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False

    @property
    def is_plugin(self) -> bool:
        """Whether its folder `%NAME%` is to be loaded as a plugin."""
        return PLUGIN in self.files

    def write(self, root: Path, word: str) -> None:
        """Make the tree below `root`, with `word` for `%NAME%`."""
        for path, text in self.files.items():
            place = root / path.replace(NAME, word)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.replace(NAME, word).encode(errors="surrogateescape"))
        for path, target in self.links.items():
            place = root / path.replace(NAME, word)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target.replace(NAME, word))

    def to_json(self) -> dict[str, Any]:
        """The case as data, in the shape that `load` reads."""
        entry: dict[str, Any] = {"files": dict(self.files)}
        if self.links:
            entry["links"] = dict(self.links)
        if self.alone:
            entry["alone"] = True
        return entry


def agent(ident: str, text: str) -> Case:
    """A case of one agent's file."""
    return Case(ident, {f".claude/agents/{NAME}.md": text})


def skill(ident: str, text: str) -> Case:
    """A case of one skill's file."""
    return Case(ident, {f".claude/skills/{NAME}/SKILL.md": text})


def word(number: int) -> str:
    """The word for the case of this number."""
    return f"zq{number:05d}qz"


def load(folder: Path) -> list[Case]:
    """Every case in the folder's JSON files: agents', skills' and trees', told by their keys."""
    return [case for path in sorted(folder.glob("*.json")) for case in _cases(path)]


def _cases(path: Path) -> Iterator[Case]:
    found = json.loads(path.read_text())
    for ident, text in found.get("agents", {}).items():
        yield agent(ident, text)
    for ident, text in found.get("skills", {}).items():
        yield skill(ident, text)
    for ident, tree in found.get("trees", {}).items():
        yield Case(ident, tree["files"], tree.get("links", {}), bool(tree.get("alone")))
