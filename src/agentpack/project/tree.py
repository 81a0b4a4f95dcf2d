"""A bounded, read-only view of a repository: which files there are, and their text."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from posixpath import basename, dirname, join, normpath

MAX_FILES = 60_000
MAX_DEPTH = 14
MAX_BYTES = 1_000_000

SKIPPED = frozenset(
    {
        "__pycache__",
        "__pypackages__",
        "bower_components",
        "build",
        "coverage",
        "dist",
        "env",
        "htmlcov",
        "node_modules",
        "site-packages",
        "target",
        "venv",
        "virtualenv",
    }
)
KEPT_HIDDEN = frozenset({".github"})

ASIDE = frozenset(
    {
        "bench",
        "benchmark",
        "benchmarks",
        "cookbook",
        "demo",
        "demos",
        "doc",
        "docs",
        "docs_src",
        "documentation",
        "e2e",
        "example",
        "examples",
        "fixture",
        "fixtures",
        "load_test",
        "load_tests",
        "loadtest",
        "loadtests",
        "mock",
        "mock_services",
        "mocks",
        "notebooks",
        "playground",
        "sample",
        "samples",
        "snippets",
        "template",
        "templates",
        "test",
        "testdata",
        "testing",
        "tests",
        "tutorial",
        "tutorials",
    }
)
"""Folders whose code shows or tests the project, but is not what it runs."""

TEST_FILE = re.compile(r"(?:test_[^/]*|[^/]*_test|conftest)\.py$")


def parents(path: str) -> Iterator[str]:
    """Yield the folders above a path, the nearest first and `.` last."""
    folder = dirname(path)
    while folder:
        yield folder
        folder = dirname(folder)
    yield "."


def under(path: str, folder: str) -> bool:
    """Whether a path lies in a folder."""
    return folder in {".", path} or path.startswith(f"{folder}/")


def relative(path: str, folder: str) -> str:
    """Tell a path as seen from a folder above it."""
    return path if folder == "." else path[len(folder) + 1 :]


def within(folder: str, path: str) -> str:
    """Join a path to a folder, as a path from the root."""
    joined = normpath(join(folder, path))
    return joined.removeprefix("./")


def place(path: str, line: int = 1) -> str:
    """Write a source as `file:line`."""
    return f"{path}:{line}"


def is_aside(path: str) -> bool:
    """Whether a path is an example, a test or a document rather than the project itself."""
    return any(part.lower() in ASIDE or "{" in part for part in dirname(path).split("/")) or bool(
        TEST_FILE.search(path)
    )


class Tree:
    """The files of a repository, listed once; their texts, each read at most once.

    Links are followed only to files inside the root. A file that is not UTF-8, too large or
    unreadable has no text.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, str | None] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, as paths from the root, nearest first and then by name."""
        found = list(self._walk())
        found.sort(key=lambda path: (path.count("/"), path))
        return tuple(found)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.files:
            names[basename(path).lower()].append(path)
        return names

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold a file, however deep."""
        return frozenset(folder for path in self.files for folder in parents(path))

    def _walk(self) -> Iterator[str]:
        pending = [("", 0)]
        count = 0
        real_root = os.path.realpath(self.root)
        while pending:
            folder, depth = pending.pop()
            try:
                entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    target = os.path.realpath(entry.path)
                    inside = target.startswith(real_root + os.sep) and Path(target).is_file()
                    if not inside:
                        continue
                elif entry.is_dir(follow_symlinks=False):
                    if depth < MAX_DEPTH and not self._skips(entry):
                        pending.append((name, depth + 1))
                    continue
                elif not entry.is_file(follow_symlinks=False):
                    continue
                count += 1
                if count > MAX_FILES:
                    return
                yield name

    @staticmethod
    def _skips(entry: os.DirEntry[str]) -> bool:
        name = entry.name
        if name.startswith(".") and name not in KEPT_HIDDEN:
            return True
        if name.lower() not in SKIPPED and not name.endswith(".egg-info"):
            return Path(entry.path, "pyvenv.cfg").exists()
        return True

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._known

    def named(self, *names: str) -> list[str]:
        """All files of these names, in whatever folder and case, nearest to the root first."""
        found = [path for name in names for path in self._by_name.get(name.lower(), ())]
        return sorted(found, key=lambda path: path.count("/"))

    def listed(self, folder: str, *patterns: str) -> list[str]:
        """The files directly in a folder whose names match one of the patterns, in any case."""
        start = "" if folder == "." else f"{folder}/"
        return [
            path
            for path in self._in_folder.get(folder, ())
            if any(fnmatchcase(path[len(start) :].lower(), pattern.lower()) for pattern in patterns)
        ]

    @cached_property
    def _in_folder(self) -> dict[str, list[str]]:
        folders: dict[str, list[str]] = defaultdict(list)
        for path in self.files:
            folders[dirname(path) or "."].append(path)
        return folders

    def text(self, path: str) -> str | None:
        """Return a file's text, or None where it has none that can be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        full = self.root / path
        try:
            if full.stat().st_size > MAX_BYTES:
                return None
            return full.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError):
            return None

    def lines(self, path: str) -> list[str]:
        """Return a file's lines, none where it has no text."""
        return (self.text(path) or "").split("\n")

    def find(self, path: str, pattern: str, flags: int = 0) -> tuple[re.Match[str], int] | None:
        """Find the first match of a pattern in a file, and its line."""
        text = self.text(path)
        match = re.search(pattern, text, flags) if text else None
        return (match, text.count("\n", 0, match.start()) + 1) if match and text else None

    def first(self, paths: Iterable[str]) -> str | None:
        """Return the first of these files that exists."""
        return next((path for path in paths if self.has(path)), None)
