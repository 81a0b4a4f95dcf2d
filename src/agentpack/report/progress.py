"""How far a long command is: one line on a terminal, rewritten as it goes on; nothing elsewhere."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Self, TextIO

from agentpack.report.terminal import columns, fit, printable, takes, width

_EVERY_S = 0.08
"""The shortest time between two lines: to write more often would disturb what is measured."""
_BAR = 20


class Progress:
    """A line that tells what is done. Use it as a context, so that the line goes away.

    Never raises because of its stream: a closed terminal is no reason to stop measuring.
    """

    def __init__(self, stream: TextIO, *, live: bool | None = None) -> None:
        """`live` says whether to write at all; by default, whether `stream` is a terminal."""
        self._stream = stream
        self._live = _is_terminal(stream) if live is None else live
        self._full, self._empty = ("━", "─") if takes(stream, "━─…") else ("#", "-")
        self._shown: tuple[float, tuple[int, int]] | None = None

    @classmethod
    def of_stderr(cls) -> Self:
        """Progress on standard error, so that standard output stays a clean report."""
        return cls(sys.stderr)

    def step(self, done: int, total: int, label: str) -> None:
        """Say that `done` of `total` are done, and that `label` is what is worked on."""
        if not self._live:
            return
        now = time.monotonic()
        last = self._shown
        if last and done < total and now - last[0] < _EVERY_S:
            return
        self._shown = now, (done, total)
        part = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
        full = round(part * _BAR)
        bar = self._full * full + self._empty * (_BAR - full)
        head = f"  {bar}  {done}/{total}  "
        # The last column stays free: some terminals begin a new line when it is written.
        room = columns(self._stream) - 1 - width(head)
        words = printable(" ".join(label.split()))
        if not takes(self._stream, words):
            words = ascii(words)[1:-1]
        if room < width(words) and self._full == "#":
            words = words[: max(room, 0)]
        self._write(f"\r{head}{fit(words, room)}\033[K" if room > 0 else f"\r{done}/{total}\033[K")

    def clear(self) -> None:
        """Take the line away."""
        if self._shown is not None:
            self._shown = None
            self._write("\r\033[K")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._live = False


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except (OSError, ValueError):
        return False
