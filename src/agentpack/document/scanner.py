"""The words of YAML: blanks, comments, plain and quoted and block scalars.

It follows the reader that the client uses where that one and the
specification disagree.
"""

from __future__ import annotations

import re

from agentpack.document.fault import YamlError
from agentpack.document.scalars import unescape
from agentpack.lazy import lazy

_BLANKS = lazy(r"[ \t]*")
_INDENT = lazy(r" *")
_BLANK_LINES = lazy(r"(?: *(?:\r\n|\r|\n))*")
_TO_LINE_END = lazy(r"[^\r\n]*")
_BREAK = lazy(r"\r\n|\r|\n")
_REST = r"(?:[ \t]*(?::(?=[^ \t\r\n{stop}])|(?<=[^ \t\r\n])#|[^ \t\r\n:#{not_in}]))*"
_PLAIN_BLOCK = lazy(
    r"(?:[^ \t\r\n\[\]{}#&*!|>'\"%@`?:-]|[?:-](?=[^ \t\r\n]))" + _REST.format(stop="", not_in="")
)
_PLAIN_FLOW = lazy(
    r"(?:[^ \t\r\n,\[\]{}#&*!|>'\"%@`?:-]|[?:-](?=[^ \t\r\n,\[\]{}]))"
    + _REST.format(stop=r",\[\]{}", not_in=r",\[\]{}")
)
_MORE_BLOCK = lazy(r"(?:[^ \t\r\n:#]|:(?=[^ \t\r\n]))" + _REST.format(stop="", not_in=""))
_MORE_FLOW = lazy(
    r"(?:[^ \t\r\n:#,\[\]{}]|:(?=[^ \t\r\n,\[\]{}]))"
    + _REST.format(stop=r",\[\]{}", not_in=r",\[\]{}")
)
_SINGLE = lazy(r"'((?:[^']|'')*)'")
_DOUBLE = lazy(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_FURTHER_LINE = lazy(r"[\r\n][ \t\r\n]*")
_EMPTY_LINES = lazy(r"(?:[ \t]*+(?:\r\n|\r|\n))*+")
_REMARK_LINES = lazy(r"(?:[ \t]*+(?:#[^\r\n]*+)?(?:\r\n|\r|\n))*+")
_HEADER = lazy(
    r"[|>][ \t]*(?:(?P<indent>[1-9])[ \t]*(?P<chomp>[-+]?)|(?P<chomp2>[-+])(?P<indent2>[1-9]?)|)"
    r"(?P<rest>[ \t]*(?:(?<=[ \t])#[^\r\n]*)?)(?=[\r\n]|\Z)"
)


class Scanner:
    """A place in a text that moves forward, and the line it is on."""

    def __init__(self, text: str) -> None:
        self.text, self.pos, self.end = text, 0, len(text)
        self.line_start = 0
        self.tabbed = -1
        self.plain_end = -1
        """Where the last plain or block scalar ends."""
        self.spaces = 0
        """Where the last line with a tab in its indentation starts, and its spaces before that."""

    @property
    def column(self) -> int:
        """How far into its line the place is, from 0."""
        return self.pos - self.line_start

    def peek(self, ahead: int = 0) -> str:
        """The character there, or nothing at the end."""
        return self.text[self.pos + ahead : self.pos + ahead + 1]

    def blank_after(self, ahead: int = 1) -> bool:
        """Whether what stands there ends a word: a blank, a line end, the end."""
        return self.peek(ahead) in ("", " ", "\t", "\r", "\n")

    def fault(self, reason: str) -> YamlError:
        """A fault at this place."""
        return YamlError(reason, self.pos)

    def blanks(self) -> None:
        """Go past blanks on this line."""
        self.pos = _BLANKS.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def next_line(self) -> bool:
        """Go past a line break, if one is here."""
        found = _BREAK.match(self.text, self.pos)
        if found is None:
            return False
        self.pos = self.line_start = found.end()
        return True

    def skip(self) -> bool:
        """Go to the next word, past blanks, comments and line ends; whether lines were passed."""
        crossed = self.pos == self.line_start
        while True:
            if crossed:
                self.pos = _INDENT.match(self.text, self.pos).end()  # type: ignore[union-attr]
                if self.peek() == "\t":
                    self.tabbed, self.spaces = self.line_start, self.column
            self.blanks()
            if self.peek() == "#" and (
                self.pos == self.line_start or self.text[self.pos - 1] in " \t"
            ):
                self.pos = _TO_LINE_END.match(self.text, self.pos).end()  # type: ignore[union-attr]
            if self.next_line():
                crossed = True
                self.pos = _REMARK_LINES.match(self.text, self.pos).end()  # type: ignore[union-attr]
                self.line_start = self.pos
                continue
            return crossed

    def no_tab(self) -> None:
        """Refuse a tab in the indentation of this line: something here depends on its depth."""
        if self.tabbed == self.line_start:
            raise YamlError("a tab as indentation", self.line_start)

    def plain(self, parent: int, *, flow: bool = False) -> tuple[str, bool]:
        """A plain scalar, with the lines that continue it; whether it has more than one."""
        first = (_PLAIN_FLOW if flow else _PLAIN_BLOCK).match(self.text, self.pos)
        if first is None:
            raise self.fault(f"{self.peek()!r} cannot begin a value")
        self.pos = first.end()
        parts = [first[0]]
        indent = 0
        more = _MORE_FLOW if flow else _MORE_BLOCK
        while True:
            mark = self.pos, self.line_start
            gap = _EMPTY_LINES.match(self.text, self.pos)
            breaks = 0
            if gap and gap.end() > self.pos:
                breaks = len(_BREAK.findall(gap[0]))
                self.pos = self.line_start = gap.end()
                self.pos = _INDENT.match(self.text, self.pos).end()  # type: ignore[union-attr]
                indent = self.column
                self.blanks()
            going = breaks and self.pos < self.end and indent > parent
            if going and self.column == 0 and self.document_end():
                going = False
            found = more.match(self.text, self.pos) if going else None
            if found is None:
                self.pos, self.line_start = mark
                self.plain_end = self.pos
                return "".join(parts), len(parts) > 1
            parts += [" " if breaks == 1 else "\n" * (breaks - 1), found[0]]
            self.pos = found.end()

    def document_end(self) -> bool:
        """Whether `...` stands here, alone."""
        return self.column == 0 and self.text.startswith("...", self.pos) and self.blank_after(3)

    def quoted(self, parent: int) -> tuple[str, bool]:
        """A quoted scalar; whether it has more than one line."""
        double = self.peek() == '"'
        found = (_DOUBLE if double else _SINGLE).match(self.text, self.pos)
        if found is None:
            raise self.fault("a quote that is not closed")
        inner, start = found[1], found.start(1)
        self.pos = found.end()
        several = "\n" in inner or "\r" in inner
        if several:
            self._check_lines(found.start(), found.end(), parent)
            inner = _joined(inner, escapes=double)
        return unescape(inner, start) if double else inner.replace("''", "'"), several

    def _check_lines(self, start: int, end: int, parent: int) -> None:
        """Every further line of a quoted scalar stands deeper than what holds it."""
        place = start
        while found := _BREAK.search(self.text, place, end):
            place = self.line_start = found.end()
            indent = _INDENT.match(self.text, place, end).end() - place  # type: ignore[union-attr]
            after = self.text[place + indent : place + indent + 1]
            if after not in ("\r", "\n") and indent <= parent:
                raise YamlError("a quoted text goes on further left than it may", place)

    def block_scalar(self, parent: int) -> str:
        """A `|` or `>` scalar."""
        header = _HEADER.match(self.text, self.pos)
        if header is None:
            raise self.fault(f"{self.peek()!r} begins a block of text, and more stands on its line")
        folded = self.peek() == ">"
        chomp = header["chomp"] or header["chomp2"] or ""
        given = header["indent"] or header["indent2"]
        self.pos = header.end()
        indent = max(parent, 0) + int(given) if given else 0
        lines: list[str] = []
        if self.next_line():
            self._check_tab()
            if not indent:
                indent = self._detect(parent)
            lines = self._block_lines(indent)
        self.plain_end = self.pos
        return _chomped(lines, chomp, folded=folded)

    def _check_tab(self) -> None:
        """The first line with anything on it does not begin with a tab."""
        found = _BLANK_LINES.match(self.text, self.pos, self.end)
        if found and self.text.startswith("\t", found.end(), self.end):
            raise YamlError("a tab as indentation", found.end())

    def _detect(self, parent: int) -> int:
        """The indentation of the first line that has anything on it."""
        place, most = self.pos, 0
        while True:
            after = _INDENT.match(self.text, place).end()  # type: ignore[union-attr]
            broken = _BREAK.match(self.text, after)
            if broken is None:
                if after == self.end:
                    most = max(most, after - place)
                break
            most = max(most, after - place)
            place = broken.end()
        found = after - place
        if after < self.end and found > parent:
            if most > found:
                raise YamlError("an empty line stands deeper than the text below it", place)
            return found
        return max(parent + 1, most, 1)

    def _block_lines(self, indent: int) -> list[str]:
        lines = []
        while self.pos < self.end:
            after = _INDENT.match(self.text, self.pos, min(self.pos + indent, self.end)).end()  # type: ignore[union-attr]
            rest = _TO_LINE_END.match(self.text, after)
            words = rest[0] if rest else ""
            if after - self.pos < indent and words:
                break
            if indent == 0 and self.document_end():
                break
            self.pos = after + len(words)
            lines.append(words)
            if not self.next_line():
                break
        else:
            return lines
        return lines


def _joined(inner: str, *, escapes: bool) -> str:
    """The lines of a quoted scalar as one text.

    A quirk of the reader: the CR and the LF of the first line end count twice.
    """
    parts: list[str] = []
    place = 0
    for gap in _FURTHER_LINE.finditer(inner):
        words = inner[place : gap.start()]
        place = gap.end()
        breaks = 1 + len(_BREAK.findall(gap[0][1:]))
        bare = words.rstrip(" \t")
        escaped = escapes and (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
        if escaped and bare == words:
            parts += [words[:-1], "\n" * (breaks - 1)]
        else:
            # An escaped blank is not one that stands at the end of a line.
            parts.append(bare + words[len(bare) : len(bare) + 1] if escaped else bare)
            parts.append(" " if breaks == 1 else "\n" * (breaks - 1))
    return "".join((*parts, inner[place:]))


def _chomped(lines: list[str], chomp: str, *, folded: bool) -> str:
    last = len(lines)
    while last and not lines[last - 1]:
        last -= 1
    text = _fold(lines[:last]) if folded else "\n".join(lines[:last])
    if chomp == "-":
        return text
    if chomp == "+":
        return text + "\n" * (len(lines) - last + (1 if last else 0))
    return text + "\n" if last else ""


def _fold(lines: list[str]) -> str:
    """Join the lines of a `>` scalar: single breaks become spaces, but not beside deeper lines."""
    parts: list[str] = []
    breaks, deep = 0, True
    for line in lines:
        if not line:
            breaks += 1
            continue
        now_deep = line[0] in " \t"
        if parts or breaks:
            if not parts:
                parts.append("\n" * breaks)
            elif deep or now_deep:
                parts.append("\n" * (breaks + 1))
            else:
                parts.append("\n" * breaks if breaks else " ")
        parts.append(line)
        breaks, deep = 0, now_deep
    return "".join(parts)
