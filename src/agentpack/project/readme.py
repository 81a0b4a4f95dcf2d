"""The shell commands in a repository's own documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentpack.project.tree import Tree, within


@dataclass(frozen=True, slots=True)
class Line:
    """A line of shell text and where it stands."""

    text: str
    source: str


SHELL = frozenset(
    {
        "",
        "sh",
        "bash",
        "shell",
        "console",
        "zsh",
        "text",
        "terminal",
        "shell-session",
        "cmd",
        "powershell",
        "txt",
        "plaintext",
        "shellscript",
        "bat",
        "fish",
        "ps1",
    }
)
FENCE = re.compile(r"\s*(?:>\s*)?(?P<mark>```+|~~~+)\s*\{?\.?(?P<language>[\w-]*)")
PROMPT = re.compile(r"^\s*(?:>\s+)?(?:\(\w+\)\s*)?(?:[$%#>]\s+)?")
NAMES = (
    "readme*.md",
    "readme*.rst",
    "readme",
    "readme.txt",
    "contributing.md",
    "development.md",
    "develop.md",
    "agents.md",
    "claude.md",
    "docs.md",
    "getting_started.md",
    "setup.md",
    "contributing.rst",
    "install.md",
    "quickstart.md",
    "local*.md",
)
FOLDERS = ("docs", "doc", ".github", "documentation")


def document_paths(tree: Tree, folders: list[str]) -> list[str]:
    """Return the documents that tell how to work on a project, the README first."""
    found: list[str] = []
    for folder in reversed(folders):
        for pattern in NAMES:
            found += tree.listed(folder, pattern)
    for folder in reversed(folders):
        for name in FOLDERS:
            inside = within(folder, name)
            found += [
                path
                for path in tree.files
                if path.startswith(f"{inside}/")
                and path.endswith((".md", ".rst", ".mdx"))
                and path.count("/") <= inside.count("/") + 2
            ]
    # A translation repeats its original, and seldom keeps up with it.
    plain = [
        path for path in dict.fromkeys(found) if not re.search(r"\.[a-z]{2}(-\w+)?\.md$", path)
    ]
    return plain[:80]


def blocks(tree: Tree, path: str) -> Iterator[Line]:
    """Yield the lines of a document's shell blocks, prompts taken off, continuations joined."""
    if path.endswith((".rst", ".txt")) or "." not in path.rsplit("/", 1)[-1]:
        yield from _indented(tree, path)
        return
    mark = ""
    shell = False
    begun, start = "", 0
    for number, text in enumerate(tree.lines(path), 1):
        fence = FENCE.match(text)
        if fence and not mark:
            mark, shell = fence["mark"], fence["language"].lower() in SHELL
            continue
        if mark and text.strip().lstrip("> ").startswith(mark[:3]):
            mark, begun = "", ""
            continue
        if not (mark and shell):
            continue
        written = text.strip() if begun else PROMPT.sub("", text).strip()
        start = start if begun else number
        if written.endswith("\\"):
            begun += written[:-1].strip() + " "
            continue
        if begun or (written and not text.lstrip().startswith("#")):
            yield Line(begun + written, f"{path}:{start}")
        begun = ""


def _indented(tree: Tree, path: str) -> Iterator[Line]:
    for number, text in enumerate(tree.lines(path), 1):
        if text.startswith(("    ", "\t", "$ ")):
            yield Line(PROMPT.sub("", text).strip(), f"{path}:{number}")


def documented(tree: Tree, folders: list[str]) -> list[Line]:
    """Return all shell lines of the project's documents."""
    return [line for path in document_paths(tree, folders) for line in blocks(tree, path)]
