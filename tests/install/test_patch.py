"""Patches: git takes them, forwards and backwards."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from agentpack.install.offer import File
from agentpack.install.patch import counts, patch

PATH = ".claude/skills/style/a file.md"
RNG = random.Random(0)
NOISE = RNG.randbytes(5000)
LONG = b"".join(b"line %d\n" % number for number in range(60))
EDITED = LONG.replace(b"line 3\n", b"").replace(b"line 40\n", b"forty\nand more\n") + b"the end"


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> None:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def lay(root: Path, path: str, file: File | None) -> None:
    place = root / path
    place.unlink(missing_ok=True)
    if file:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.data)
        place.chmod(0o755 if file.executable else 0o644)


def found(root: Path, path: str) -> File | None:
    place = root / path
    if not place.exists():
        return None
    return File(place.read_bytes(), bool(place.stat().st_mode & 0o100))


@pytest.mark.parametrize("path", [PATH, ".claude/agents/a.md", 'b/q"u\\o.md', "ümlaut.md"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (File(LONG), File(EDITED)),
        (File(EDITED), File(LONG)),
        (File(b"no end"), File(b"no end\n")),
        (File(b"a\r\nb\r\n"), File(b"a\r\nB\r\n")),
        (File(LONG), File(LONG, executable=True)),
        (File(LONG), File(EDITED, executable=True)),
        (File(LONG), None),
        (None, File(LONG)),
        (File(b""), File(b"x\n")),
        (File(NOISE), File(NOISE[:400] + b"\0" + NOISE)),
        (File(NOISE), File(b"text\n")),
        (None, File(NOISE)),
    ],
)
def test_git_applies_it_forwards_and_backwards(tmp_path, path, old, new) -> None:
    """The old file becomes the new one, byte for byte, mode and all; and the new the old."""
    git(tmp_path, "init", "-q")
    text = patch(path, old, new)
    lay(tmp_path, path, old)
    git(tmp_path, "apply", "-", stdin=text)
    assert found(tmp_path, path) == new
    git(tmp_path, "apply", "-R", "-", stdin=text)
    assert found(tmp_path, path) == old


def test_random_edits_apply(tmp_path) -> None:
    """Hunks that touch, that come first or last, that have no context."""
    git(tmp_path, "init", "-q")
    for seed in range(60):
        rng = random.Random(seed)
        lines = [b"%d\n" % rng.randrange(5) for _ in range(rng.randrange(30))]
        edited = [line for line in lines if rng.random() < 0.9]
        for _ in range(rng.randrange(4)):
            edited.insert(rng.randrange(len(edited) + 1), b"new\n")
        old, new = File(b"".join(lines)), File(b"".join(edited))
        lay(tmp_path, "f", old)
        if old != new:
            git(tmp_path, "apply", "--unidiff-zero", "-", stdin=patch("f", old, new))
        assert found(tmp_path, "f") == new


def test_equal_files_have_none() -> None:
    """No difference is no patch."""
    assert patch(PATH, File(LONG), File(LONG)) == b""
    assert counts(File(LONG), File(EDITED)) == (3, 2)
    assert counts(None, File(b"a\nb\n")) == (2, 0)
    assert counts(File(NOISE), None) == (0, 0)
