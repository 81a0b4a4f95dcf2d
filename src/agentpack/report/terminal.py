"""Columns and colours for a terminal; plain text anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from agentpack.record import Record

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


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
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            colour = colours[column] if column < len(colours) else ""
            padding = " " * (width - len(cell)) if column < len(row) - 1 else ""
            cells.append((style.paint(colour, cell) if colour else cell) + padding)
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """`text` with all that is not seen, and that a terminal would obey, as escapes.

    Newlines and tabs stay. What comes from elsewhere goes through here before it is shown.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" else sign.encode("unicode_escape").decode()
        for sign in text
    )
