"""The frontmatter and the body of one file, as the client reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType

from agentpack.document import tame
from agentpack.document.fault import YamlError
from agentpack.document.scalars import SPACE
from agentpack.document.versions import BYTE_ORDER_MARK, NEWEST, NUL_REFUSED
from agentpack.lazy import lazy
from agentpack.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The client closes the block at the first `---` after the opening one, wherever it stands.
_OPENING = re.compile(rf"---[{SPACE}]*\n")
_CLOSING = re.compile(rf"---(?:[{SPACE.replace(chr(92) + 'n', '')}]*\n)?")
_FENCE_LINE = lazy(r"^---[ \t]*\r?$", re.MULTILINE)
_LARGEST_BLOCK = 4 * 2**20
_MOST_GUESSES = 1000
_PLAIN_LINE = lazy(r"^(?P<key>[A-Za-z][\w-]*):[^\S\n]+(?P<value>\S.*?)\s*$", re.MULTILINE)


class Field(Record):
    """A value of the frontmatter, and where its key stands in the file, from 1."""

    value: Any
    line: int
    column: int = 1


class Problem(Record):
    """Why the client has no frontmatter, where, from 1, and the rule that tells of it."""

    reason: str
    line: int
    column: int = 1
    rule: str = "yaml-syntax"


class Document(Record):
    """One Markdown file: its keys, its body, and what is wrong with the keys.

    Where there is a `problem`, `fields` holds what stands on plain lines, as a
    guess at what the author meant.
    """

    body: str
    fields: Mapping[str, Field] = MappingProxyType({})
    problem: Problem | None = None
    source: str = ""
    """The whole file, decoded; what is not UTF-8 became U+FFFD, as it does in the client."""
    body_line: int = 1
    """The line where the body begins."""
    fence: Problem | None = None
    """A closing `---` that was probably not meant to close: it stands inside a line, or a
    further one follows keys that are lost."""
    mended: bool = False
    """Whether the frontmatter parses only after the client quoted some values."""
    repeated: tuple[tuple[str, int], ...] = ()
    """Keys that are written again, with the line of each value that is lost."""
    not_utf8: int | None = None
    """The first line that is not UTF-8."""

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

    def line(self, key: str) -> int:
        """The line of `key`, or the file's first."""
        found = self.fields.get(key)
        return found.line if found else 1


def read(data: bytes, client: str = NEWEST) -> Document:
    """Read a file's bytes as the client of this version does.

    Bad content becomes a `problem`, never an exception.
    """
    not_utf8 = None
    try:
        source = data.decode()
    except UnicodeDecodeError as error:
        source = data.decode(errors="replace")
        not_utf8 = data.count(b"\n", 0, error.start) + 1
    text = source
    if text.startswith("\ufeff") and BYTE_ORDER_MARK.holds(client):
        text = text[1:]
    opening = _OPENING.match(text)
    if opening is None:
        return Document(source, {}, _no_opening(text), source, not_utf8=not_utf8)
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        problem = Problem("there is no closing ---", 1, 1, "no-closing-fence")
        fields = _plain_lines(text[opening.end() :], 2)
        return Document(source, fields, problem, source, not_utf8=not_utf8)
    first = text.count("\n", 0, opening.end()) + 1
    block, body = text[opening.end() : closing.start()], text[closing.end() :]
    body_line = first + text.count("\n", opening.end(), closing.end())
    fence = _stray_fence(text, closing.start(), first + block.count("\n"))
    parsed = _parse(block, first, client)
    return Document(
        body,
        parsed.fields,
        parsed.problem,
        source,
        body_line,
        fence,
        parsed.mended,
        parsed.repeated,
        not_utf8,
    )


class _Parsed(Record):
    fields: dict[str, Field]
    problem: Problem | None = None
    mended: bool = False
    repeated: tuple[tuple[str, int], ...] = ()


def _parse(block: str, first: int, client: str) -> _Parsed:
    """The keys of a block whose first line is the file's line `first`."""
    if "\0" in block and NUL_REFUSED.holds(client):
        line = first + block.count("\n", 0, block.index("\0"))
        return _Parsed(_plain_lines(block, first), Problem("a NUL character", line, rule="nul"))
    if len(block) > _LARGEST_BLOCK:
        # No memory is left to what nobody wrote by hand; the client might still read it.
        reason = f"the frontmatter has {len(block) >> 20} MB, and is not looked at"
        return _Parsed({}, Problem(reason, first, rule="too-large"))
    again, text = False, block.partition("\0")[0]
    simple = tame.lines(text)
    if simple is not None:
        return _of_lines(simple, first)
    # Imported here: most trees have no other frontmatter.
    from agentpack.document import yaml12  # noqa: PLC0415
    from agentpack.document.mending import mended  # noqa: PLC0415

    try:
        found = yaml12.mapping(text, client)
    except YamlError:
        again, text = True, mended(block, client).partition("\0")[0]
        try:
            found = yaml12.mapping(text, client)
        except YamlError as fault:
            return _Parsed(_plain_lines(block, first), _problem(fault, text, block, first))
    if found is None:
        reason = "the frontmatter is YAML, but not a list of keys and values"
        return _Parsed({}, Problem(reason, first, rule="not-a-mapping"))
    lines = Lines(text, first)
    fields = {
        key: Field(entry.value, *lines.place(entry.place))
        for key, entry in sorted(found.entries.items(), key=lambda item: item[1].place)
    }
    repeated = tuple(
        (key, lines.place(place)[0])
        for key, place in sorted(found.repeated, key=lambda pair: pair[1])
    )
    return _Parsed(fields, None, again, repeated)


def _of_lines(simple: list[tuple[str, Any]], first: int) -> _Parsed:
    """The keys of a block that has one on each line."""
    fields: dict[str, Field] = {}
    repeated: list[tuple[str, int]] = []
    for line, (key, value) in enumerate(simple, first):
        if key in fields:
            repeated.append((key, fields.pop(key).line))
        fields[key] = Field(value, line)
    repeated.sort(key=lambda pair: pair[1])
    return _Parsed(fields, None, mended=False, repeated=tuple(repeated))


class Lines:
    """Turns places in a text to lines and columns; each place lies behind the one before it."""

    def __init__(self, text: str, first: int) -> None:
        self._text, self._first = text, first
        self._line, self._done = first, 0

    def place(self, offset: int) -> tuple[int, int]:
        """The line, counted from that of the text's beginning, and the column, from 1."""
        if offset < self._done:
            self._line, self._done = self._first, 0
        self._line += self._text.count("\n", self._done, offset)
        self._done = offset
        return self._line, offset - self._text.rfind("\n", 0, offset)


def _problem(fault: YamlError, text: str, block: str, first: int) -> Problem:
    """What is wrong with `block`, which was mended to `text` before it was refused."""
    line, column = Lines(text, first).place(min(fault.place, len(text)))
    written = block.split("\n", line - first + 1)[line - first]
    if written.lstrip(" ").startswith("\t"):
        return Problem("a tab as indentation", line, 1, "tab-indent")
    return Problem(fault.reason, line, min(column, len(written) + 1), "yaml-syntax")


def _no_opening(text: str) -> Problem:
    found = _FENCE_LINE.search(text[:4096])
    if text.startswith("\ufeff"):
        return Problem("a byte-order mark stands before the opening ---", 1, rule="byte-order-mark")
    if text.startswith("\ufffd\ufffd") and "\0" in text[:8]:
        return Problem("the file is UTF-16, not UTF-8", 1, rule="not-utf-8")
    if text.startswith("---"):
        return Problem("something follows the opening --- on its line", 1, 4, "no-frontmatter")
    if found and not text[: found.start()].strip():
        reason = "no frontmatter at the top: something stands before its ---, if only a blank"
        return Problem(reason, 1, rule="no-frontmatter")
    return Problem("no frontmatter at the top", 1, rule="no-frontmatter")


def _stray_fence(text: str, place: int, line: int) -> Problem | None:
    """The closing `---`, where it stands inside a line or keys follow until a further one."""
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    whole = text[start : end if end >= 0 else len(text)]
    if whole.strip(" \t\r") == "---" and place == start:
        return None
    reason = "the frontmatter ends at this ---, which does not stand alone on its line"
    return Problem(reason, line, place - start + 1, "fence-inside-line")


def _plain_lines(block: str, first: int) -> dict[str, Field]:
    lines = Lines(block, first)
    return {
        match["key"]: Field(match["value"], *lines.place(match.start()))
        for match in islice(_PLAIN_LINE.finditer(block), _MOST_GUESSES)
    }
