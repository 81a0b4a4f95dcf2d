"""Columns and colours for a terminal; plain text anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from agentpack.lazy import lazy
from agentpack.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_PAINT = lazy(r"\033\[\d+m")
_PIPED = 100
"""Columns where nobody says how many there are."""


class Style(Record):
    """Paints words, or leaves them as they are."""

    coloured: bool

    @classmethod
    def of_stdout(cls) -> Style:
        """Colours where standard output is a terminal and NO_COLOR is not set."""
        return cls(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))

    def paint(self, colour: str, words: str) -> str:
        """`words` in `colour`: bold, dim, red, green, yellow or cyan."""
        return f"\033[{_CODES[colour]}m{words}\033[0m" if self.coloured and words else words


def table(rows: Iterable[Sequence[str]], style: Style, colours: Sequence[str] = ()) -> str:
    """Rows in aligned columns, indented by two; `colours` paints whole columns, "" none."""
    rows = [tuple(row) for row in rows]
    if not rows:
        return ""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for column, (cell, room) in enumerate(zip(row, widths, strict=True)):
            colour = colours[column] if column < len(colours) else ""
            padding = " " * (room - width(cell)) if column < len(row) - 1 else ""
            cells.append((style.paint(colour, cell) if colour else cell) + padding)
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def width(text: str) -> int:
    """The columns that `text` takes in a terminal; paint takes none, wide signs take two."""
    text = _PAINT.sub("", text)
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - seldom needed

    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def fit(text: str, room: int) -> str:
    """`text` in at most `room` columns, with `…` for its middle where it is too long."""
    if width(text) <= room:
        return text
    if room < 1:
        return ""
    head, tail = text, ""
    # Ends tell more of a URL than its middle does.
    while width(tail) < (room - 1) // 2:
        head, tail = head[:-1], head[-1] + tail
    while head and width(head) + width(tail) + 1 > room:
        head = head[:-1]
    while width(head) + width(tail) + 1 > room:
        tail = tail[1:]
    return f"{head}…{tail}"


def columns(stream: TextIO) -> int:
    """How wide `stream` is: what COLUMNS says, else its terminal, else 100."""
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _PIPED
    except (OSError, ValueError):
        return _PIPED


def takes(stream: TextIO, signs: str) -> bool:
    """Whether `stream` can encode `signs`."""
    try:
        signs.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str, keep: str = "") -> str:
    """`text` with all that is not seen, and that a terminal would obey, as escapes.

    Only the signs in `keep` stay. What comes from elsewhere goes through here before it is shown.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign in keep else sign.encode("unicode_escape").decode()
        for sign in text
    )
