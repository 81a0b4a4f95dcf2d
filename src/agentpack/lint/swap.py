"""Words in one value of the frontmatter to be put in the place of others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentpack.lint.page import Page
from agentpack.lint.rule import nearest
from agentpack.lint.toolnames import KNOWN, known, meant, plain
from agentpack.lint.vocabulary import COLOURS, MODELS, RETIRED_TOOLS
from agentpack.roster.tools import named

_SHORT = 4
"""A word of so few letters is near to too many others."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What is written under `key`, and what to write instead.

    `safe` where nobody can have meant anything else, and the client does no more than before.
    """

    key: str
    words: Mapping[str, str]
    safe: bool = False

    def text(self, page: Page) -> str | None:
        """The page's source with the words swapped; None where the key has no value."""
        document = page.document
        found = document.fields.get(self.key)
        if found is None or document.problem or not self.words:
            return None
        below = [field.line for field in document.fields.values() if field.line > found.line]
        start, end = found.line - 1, min([*below, document.body_line - 1]) - 1
        lines = document.source.split("\n")
        key, colon, first = lines[start].partition(":")
        value = "\n".join([first, *lines[start + 1 : end]])
        return "\n".join([*lines[:start], key + colon + self._swapped(value), *lines[end:]])

    def value(self, old: Any) -> Any:
        """What the key's value has to be afterwards."""
        if isinstance(old, list):
            return [self.value(part) for part in old]
        return self._swapped(old) if isinstance(old, str) else old

    def _swapped(self, text: str) -> str:
        words = "|".join(map(re.escape, sorted(self.words, key=len, reverse=True)))
        return re.sub(rf"(?<![\w-])(?:{words})(?![\w-])", lambda at: self.words[at[0]], text)


def colour(page: Page) -> Swap | None:
    """In small letters, where that makes one of the client's colours; else the nearest one."""
    written = page.document.text("color") or ""
    low = written.strip().lower()
    if low in COLOURS:
        return Swap("color", {written.strip(): low}, safe=True)
    near = nearest(low, COLOURS)
    return Swap("color", {written.strip(): near}) if near else None


def model(page: Page) -> Swap | None:
    """The short name that is nearest, or that is part of what is written."""
    written = (page.document.text("model") or "").strip()
    low = written.lower()
    near = nearest(low, MODELS) or next((one for one in sorted(MODELS) if one in low), "")
    return Swap("model", {written: near}) if near and written else None


def unknown_tools(page: Page) -> Swap | None:
    """For each tool that the client does not know, the nearest one that it does."""
    words = {
        tool: nearest(tool, KNOWN - RETIRED_TOOLS)
        for tool in _tools(page, "tools")
        if not known(tool) and len(tool) > _SHORT
    }
    return Swap("tools", {old: new for old, new in words.items() if new})


def cased_tools(page: Page) -> Swap | None:
    """For each tool that differs from a known one in its letters' case, that one."""
    key = "allowed-tools" if page.kind == "skill" else "tools"
    words = {tool: meant(tool) for tool in _tools(page, key) if not known(tool)}
    return Swap(key, {old: new for old, new in words.items() if new})


def folder_name(page: Page) -> Swap | None:
    """A skill's folder, by which it is called."""
    written = (page.document.text("name") or "").strip()
    return Swap("name", {written: page.folder.rpartition("/")[2]}) if written else None


def _tools(page: Page, key: str) -> list[str]:
    found = page.document.fields.get(key)
    return [plain(tool) for tool in named(found.value)] if found else []
