"""The frontmatter and the body of one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from agentpack.document import yaml12

# The client closes the block at the first `---` after the opening one, wherever it stands.
_FRONTMATTER = re.compile(r"\A---[^\S\n]*\r?\n(?P<yaml>.*?)---[^\S\n]*(?:\r?\n|\Z)", re.DOTALL)
_PLAIN_LINE = re.compile(r"^(?P<key>[A-Za-z][\w-]*):[^\S\n]+(?P<value>\S.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the frontmatter and the line of its key, from 1."""

    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the frontmatter cannot be read, and the line, from 1."""

    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file: its keys, its body, and what is wrong with the keys.

    Where there is a `problem`, `fields` holds what stands on plain lines, as a
    guess at what the author meant.
    """

    body: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    problem: Problem | None = None

    def text(self, key: str) -> str | None:
        """The value of `key` where it is text."""
        found = self.fields.get(key)
        return found.value if found and isinstance(found.value, str) else None

    def names(self, key: str) -> tuple[str, ...]:
        """The value of `key` as names: a list, or text with commas or spaces."""
        found = self.fields.get(key)
        if found is None:
            return ()
        if isinstance(found.value, str):
            return tuple(re.split(r"[,\s]+", found.value.strip()))
        return tuple(str(name) for name in found.value) if isinstance(found.value, list) else ()


def read(data: bytes) -> Document:
    """Read a file's bytes. Bad content becomes a `problem`, never an exception."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Document("", problem=Problem("the file is not UTF-8", line))
    match = _FRONTMATTER.match(text)
    if match is None:
        reason = (
            "there is no closing ---" if text.startswith("---") else "no frontmatter at the top"
        )
        return Document(text, problem=Problem(reason, 1))
    body, block = text[match.end() :], match["yaml"]
    try:
        pairs = yaml12.mapping(block)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return Document(body, _plain_lines(block), _problem(error))
    return Document(body, {key: Field(value, line + 2) for key, (value, line) in pairs.items()})


def _plain_lines(block: str) -> dict[str, Field]:
    return {
        match["key"]: Field(match["value"], block.count("\n", 0, match.start()) + 2)
        for match in _PLAIN_LINE.finditer(block)
    }


def _problem(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    return Problem(str(reason), mark.line + 2 if mark else 1)
