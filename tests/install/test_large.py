"""A large pack: 155 skills, 900 files. How long it takes is in `benchmarks/install.py`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SKILLS, FILES = 155, 900


@pytest.fixture(scope="module")
def pack():
    with tempfile.TemporaryDirectory() as folder:
        root, extra = Path(folder), FILES - 2 * SKILLS
        tables = [f'[skills.s{number}]\nversion = "1.0.0"\n' for number in range(SKILLS)]
        head = '[pack]\nname = "large"\nversion = "1.0.0"\n'
        (root / "pack.toml").write_text(head + "".join(tables))
        for number in range(SKILLS):
            skill = root / "skills" / f"s{number}"
            (skill / "references").mkdir(parents=True)
            words = f"---\nname: s{number}\ndescription: {number}\n---\n" + "some words\n" * 200
            (skill / "SKILL.md").write_text(words)
            for page in range(1 + extra // SKILLS + (number < extra % SKILLS)):
                (skill / f"references/{page}.md").write_text(f"{number} {page}\n" * 200)
        yield root


def run(*arguments: str | Path) -> str:
    """What a command that must succeed said last."""
    done = subprocess.run(
        [sys.executable, "-m", "agentpack", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()[-1]


def test_a_large_pack_comes_and_goes(pack, tmp_path) -> None:
    """All of its files are written, found as they were written, and taken away again."""
    assert run("install", tmp_path, "--from", pack) == f"{FILES} files written."
    told = run("status", tmp_path, "--check", "--strict")
    assert told == f"All {FILES} files as installed and up to date."
    assert run("uninstall", tmp_path) == f"{FILES} files deleted."
    assert list(tmp_path.iterdir()) == []
