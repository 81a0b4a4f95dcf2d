"""One Markdown file as rules see it: its keys, and its body cut into code, prose and links.

Offsets are characters of the body. What is costly is found once, and only when a rule asks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from agentpack.document import Document
from agentpack.finding import Place
from agentpack.lazy import lazy
from agentpack.lint.commands import commands
from agentpack.record import Record
from agentpack.roster import Agent, Loss, Skill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["agent", "skill", "reference"]
else:
    Kind = str

_FENCE = lazy(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)\n(?P<code>.*?)"
    r"(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
# For two such characters this is twice as fast as `in`.
_LINKED = lazy(r"\]\(")
_LINK = lazy(r"!?\[(?P<words>[^\]\n]*)\]\(\s*<?(?P<target>[^)\s>]+)[^)\n]*\)")
_TICKS = lazy(r"(?<!`)(?P<fence>`{1,2})(?!`)(?P<code>[^`\n]+)(?P=fence)(?!`)")
_HEADING = lazy(r"^ {0,3}#{1,6}[ \t]+(?P<words>.*?)[ \t]*#*[ \t]*$", re.MULTILINE)


class Piece(Record):
    """A part of a body: a block of code, a link's target, a heading, what stands in backticks."""

    text: str
    offset: int
    language: str = ""
    """A block's language in lower case, where it says one."""


class Page:
    """An agent's file, a skill's SKILL.md, or a Markdown file beside it."""

    def __init__(
        self, kind: Kind, path: str, document: Document, entry: Agent | Skill | Loss | None = None
    ) -> None:
        self.kind, self.path, self.document, self.entry = kind, path, document, entry
        self.body = document.body

    @property
    def folder(self) -> str:
        """The folder it stands in, from the tree's root."""
        return self.path.rpartition("/")[0]

    def at(self, key: str) -> Place:
        """Where a key of the frontmatter stands, or the file's beginning."""
        found = self.document.fields.get(key)
        return Place(self.path, found.line, found.column) if found else Place(self.path)

    def place(self, offset: int) -> Place:
        """Where a character of the body stands in the file."""
        row = bisect_right(self._starts, offset) - 1
        return Place(self.path, self.document.body_line + row, offset - self._starts[row] + 1)

    @cached_property
    def blocks(self) -> tuple[Piece, ...]:
        """The fenced blocks of code."""
        return tuple(
            Piece(m["code"], m.start("code"), (m["info"].split() or [""])[0].lower().strip("{}."))
            for m in self._fences
        )

    @cached_property
    def prose(self) -> str:
        """The body with its blocks of code blanked: every offset is as in the body."""
        if not self._fences:
            return self.body
        parts: list[str] = []
        done = 0
        for fence in self._fences:
            parts += (self.body[done : fence.start()], _blank(fence[0]))
            done = fence.end()
        return "".join((*parts, self.body[done:]))

    def in_block(self, offset: int) -> bool:
        """Whether a character of the body is in a fenced block of code."""
        row = bisect_right(self._fences, offset, key=re.Match.start) - 1
        return row >= 0 and offset < self._fences[row].end()

    @cached_property
    def linked(self) -> bool:
        """Whether there may be a link in the body."""
        return _LINKED.search(self.body) is not None

    @cached_property
    def links(self) -> tuple[Piece, ...]:
        """The targets of the links and pictures in the prose."""
        if not self.linked:
            return ()
        return tuple(Piece(m["target"], m.start("target")) for m in _LINK.finditer(self.prose))

    @cached_property
    def fetches(self) -> tuple[Piece, ...]:
        """The commands that fetch from the net, or send to it."""
        return tuple(Piece(text, offset) for text, offset in commands(self.body))

    @cached_property
    def ticks(self) -> tuple[Piece, ...]:
        """What stands in backticks in the prose."""
        return tuple(Piece(m["code"], m.start("code")) for m in _TICKS.finditer(self.prose))

    @cached_property
    def headings(self) -> tuple[Piece, ...]:
        """The words of the headings."""
        return tuple(Piece(m["words"], m.start("words")) for m in _HEADING.finditer(self.prose))

    @cached_property
    def _fences(self) -> tuple[re.Match[str], ...]:
        if "```" not in self.body and "~~~" not in self.body:
            return ()
        return tuple(_FENCE.finditer(self.body))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.body))]


def _blank(text: str) -> str:
    """As many characters, all blank but the line ends."""
    return "\n".join([" " * len(line) for line in text.split("\n")])
