"""The line of progress, on a real terminal and elsewhere."""

from __future__ import annotations

import io
import os
import pty
from pathlib import Path

import pytest

from agentpack.report.progress import Progress
from agentpack.report.terminal import width


class Terminal:
    """One end of a pseudo-terminal to write to, and what came out of the other."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._far, near = pty.openpty()
        self.stream = os.fdopen(near, "w", encoding=encoding)

    def read(self) -> str:
        self.stream.close()
        found = b""
        while True:
            try:
                piece = os.read(self._far, 65536)
            except OSError:  # Linux's way to say that the near end is closed
                break
            found += piece
            if not piece:
                break
        os.close(self._far)
        return found.decode()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def shown(text: str) -> list[str]:
    """The lines that stood on the terminal one after the other."""
    return [line.removesuffix("\033[K") for line in text.split("\r") if line]


def test_rewrites_one_line() -> None:
    """On a terminal each step replaces the line before, and the last leaves nothing."""
    terminal = Terminal()
    with Progress(terminal.stream) as progress:
        progress.step(1, 2, "GET /a")
        progress.step(2, 2, "GET /b")
    said = terminal.read()
    assert "\n" not in said
    assert shown(said) == [
        "  ━━━━━━━━━━──────────  1/2  GET /a",
        "  ━━━━━━━━━━━━━━━━━━━━  2/2  GET /b",
        "",
    ]


def test_silent_when_piped(tmp_path: Path) -> None:
    """A pipe, a file or a dumb terminal gets not one byte."""
    with (tmp_path / "log").open("w") as stream, Progress(stream) as progress:
        progress.step(1, 2, "GET /a")
    assert (tmp_path / "log").read_bytes() == b""
    memory = io.StringIO()
    with Progress(memory) as progress:
        progress.step(1, 2, "GET /a")
    assert memory.getvalue() == ""


def test_silent_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that cannot rewrite its line is left alone."""
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    with Progress(terminal.stream) as progress:
        progress.step(1, 2, "GET /a")
    assert terminal.read() == ""


@pytest.mark.parametrize("columns", ["5", "20", "32", "40", "80"])
def test_never_wraps(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    """The line stays within the terminal, also for a long label in wide signs."""
    monkeypatch.setenv("COLUMNS", columns)
    for encoding in ("utf-8", "ascii"):
        terminal = Terminal(encoding)
        with Progress(terminal.stream) as progress:
            progress.step(3, 7, "GET /" + "長い" * 100)
        assert max(map(width, shown(terminal.read()))) < int(columns)


def test_hostile_labels_are_inert() -> None:
    """A label can neither begin a line nor send the terminal a command."""
    terminal = Terminal()
    with Progress(terminal.stream) as progress:
        progress.step(1, 2, "GET /\n\x1b[2J\x07\ud800")
    (line, _) = shown(terminal.read())
    assert line.isprintable()
    assert r"\x1b[2J" in line


def test_writes_seldom() -> None:
    """A thousand steps in no time are a few lines: to write would disturb the measuring."""
    terminal = Terminal()
    with Progress(terminal.stream) as progress:
        for done in range(1001):
            progress.step(done, 1000, "GET /a")
    lines = shown(terminal.read())
    assert len(lines) < 50
    assert "1000/1000" in lines[-2]


def test_survives_a_closed_stream() -> None:
    """A terminal that went away stops the line, not the run."""
    terminal = Terminal()
    progress = Progress(terminal.stream)
    progress.step(0, 2, "GET /a")
    terminal.read()
    progress.step(2, 2, "GET /b")
    progress.clear()


@pytest.mark.parametrize(("done", "total"), [(0, 0), (5, 0), (9, 3), (-1, 3)])
def test_odd_counts(done: int, total: int) -> None:
    """Counts that make no sense make a line all the same."""
    terminal = Terminal()
    with Progress(terminal.stream) as progress:
        progress.step(done, total, "GET /a")
    assert f"{done}/{total}" in terminal.read()
