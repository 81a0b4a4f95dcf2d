"""The backend's Dockerfiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from agentpack.project.survey import Survey
from agentpack.project.tree import Tree, within

FOLDERS = (".", "docker", "deploy", "deployment", "docker/backend", "docker/api", "infra")
OTHERS = re.compile(r"front|test|web|ui|nginx|worker|celery|docs|\.dockerignore")


def instructions(tree: Tree, path: str) -> Iterator[tuple[str, int]]:
    """Yield a Dockerfile's instructions with their first lines, continuations joined."""
    begun, start = "", 0
    for number, text in enumerate(tree.lines(path), 1):
        start = start or number
        if text.rstrip().endswith("\\"):
            begun += text.rstrip()[:-1] + " "
            continue
        yield begun + text, start
        begun, start = "", 0


def dockerfiles(survey: Survey) -> list[str]:
    """Return the backend's Dockerfiles, the plainest first."""
    tree = survey.tree
    found: list[str] = []
    folders = [within(folder, name) for name in FOLDERS for folder in survey.folders]
    for folder in folders:
        named = tree.listed(folder, "dockerfile*", "*.dockerfile", "containerfile")
        named = [path for path in named if not OTHERS.search(basename(path).lower())]
        found += sorted(named, key=lambda path: (len(basename(path)), path))
    return list(dict.fromkeys(found))
