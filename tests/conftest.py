"""Real parts and made projects for the tests of the core."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.cli import main
from agentpack.client import Binary, find
from agentpack.errors import AgentpackError

Make = Callable[[dict[str, str]], Path]


@pytest.fixture(scope="session")
def claude() -> Binary:
    """The real Claude Code."""
    try:
        return find()
    except AgentpackError as error:
        pytest.skip(str(error))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a tree of files, from path to text, in a folder of its own."""
    number = 0

    def tree(files: dict[str, str]) -> Path:
        nonlocal number
        number += 1
        root = tmp_path / f"tree{number}"
        root.mkdir()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        return root

    return tree


class Run:
    """Runs `agentpack` in this process: exit code, standard output, standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err


@pytest.fixture
def agentpack(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line."""
    return Run(capsys)
