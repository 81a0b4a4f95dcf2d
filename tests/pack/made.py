"""Packs and repositories that are made for the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

SKILL = (
    "---\nname: style\ndescription: How code is written here. Use on any change.\n---\n# Style\n"
)
_MANIFEST = """\
[pack]
name = "made"
version = "1.0.0"

[agents.reviewer]
version = "1.0.0"
skills = ["style"]

[skills.style]
version = "1.0.0"
"""


def manifest() -> str:
    """The `pack.toml` of a pack with one agent and one skill."""
    return _MANIFEST


def git(place: Path, *arguments: str) -> str:
    """Run git in a repository that is made for a test, with no configuration but its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }
    run = subprocess.run(
        ["git", *arguments], cwd=place, env=environment, capture_output=True, check=True
    )
    return run.stdout.decode().strip()


def write(place: Path, files: Mapping[str, str]) -> None:
    """Write files below `place`."""
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)


def repository(place: Path, files: Mapping[str, str], tag: str | None = None) -> Path:
    """A repository with one commit."""
    place.mkdir()
    git(place, "init", "--quiet", "--initial-branch=main")
    write(place, files)
    git(place, "add", "-A")
    commit(place, "first", tag)
    return place


def commit(place: Path, message: str, tag: str | None = None) -> str:
    """Commit what is staged; the commit's name."""
    git(place, "commit", "--quiet", "--allow-empty", "-m", message)
    if tag:
        git(place, "tag", "-a", tag, "-m", tag)
    return git(place, "rev-parse", "HEAD")
