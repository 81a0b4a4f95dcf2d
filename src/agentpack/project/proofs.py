"""Where a repository names its application itself: `uvicorn pkg.main:app` and its kin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

from agentpack.project.code import Code, Name
from agentpack.project.tree import Tree, is_aside

SERVER = r"(?:uvicorn|gunicorn|hypercorn|granian|daphne)"
NAMED = re.compile(
    rf"\b{SERVER}\b(?:[^\n|&;]*?)[\s\"'=(]([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*)(?=[\s\"',)\\(]|$)",
    re.MULTILINE,
)
RUN = re.compile(
    r"\b(?:uvicorn\.(?:run|Config)|Granian|hypercorn\.run)\(\s*(?:app\s*=\s*|target\s*=\s*)?"
    r"[\"']([A-Za-z_][\w.]*):([A-Za-z_]\w*)[\"']"
)
RUN_OBJECT = re.compile(r"\buvicorn\.(?:run|Config)\(\s*(?:app\s*=\s*)?([A-Za-z_]\w*)\s*[,)]")
STARTS = re.compile(r"\buvicorn\.(?:run|Config)\(|\bGranian\(|hypercorn\.run")
FILE = re.compile(r"\bfastapi\s+(?:dev|run)\b[^\n|&;]*?\s([\w./-]+\.py)\b")
FILE_LISTED = re.compile(r"[\"']fastapi[\"'],\s*[\"'](?:dev|run)[\"'],\s*[\"']([\w./-]+\.py)[\"']")
APP_DIR = re.compile(r"--app-dir[=\s\"',]+([\w./-]+)")
NAMES = (
    "dockerfile",
    "procfile",
    "makefile",
    "justfile",
    "taskfile",
    "docker-compose",
    "compose",
    "readme",
    "contributing",
    "development",
    "package.json",
    "pyproject.toml",
    "render.y",
    "fly.toml",
    "railway",
    "app.json",
    "vercel",
    "heroku",
    "agents.md",
    "claude.md",
    "supervisor",
)


WORDS = ("uvicorn", "corn", "fastapi", "granian", "daphne")
DEEP = 3
"""How deep a document can lie and still speak for the repository."""
IN_CODE = 3
"""The weight of a mention in the code."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One mention of an application in a server's command.

    Args:
        module: the module as it is written; empty when only a file is named.
        name: the attribute; empty when only a file is named.
        file: the file, where that is what is named.
        weight: how much it counts.

    """

    module: str
    name: str
    file: str
    weight: int


def _tells(path: str) -> bool:
    """Whether a file of this name may hold a server's command."""
    name = basename(path).lower()
    if name.startswith(NAMES) or name.endswith((".sh", ".bat", ".ps1", ".conf", ".service")):
        return True
    if ".dockerfile" in name or name.startswith("dockerfile"):
        return True
    return path.startswith(".github/workflows/") or (
        name.endswith(".md") and path.count("/") < DEEP
    )


def _weight(path: str, line: str) -> int:
    name = basename(path).lower()
    if line.lstrip().startswith(("#", "//")):
        return 0
    base = IN_CODE - 1 if name.endswith((".md", ".rst")) else IN_CODE
    return base + (1 if "--reload" in line or "dev" in line else 0)


def read_proofs(tree: Tree, code: Code) -> Iterator[Proof]:
    """Yield every mention outside of tests and examples, and in the documentation."""
    for path in tree.files:
        documents = path.endswith((".md", ".rst")) and not path.startswith("tests")
        if (is_aside(path) and not documents) or not _tells(path):
            continue
        text = tree.text(path)
        if text and any(word in text for word in WORDS):
            yield from _mentions(path, text)
    for path, text in code.matching(STARTS, "uvicorn", "Granian", "hypercorn"):
        yield from _runs(code, path, text)


def _mentions(path: str, text: str) -> Iterator[Proof]:
    joined = text.replace("\\\n", "  ")
    lines = text.split("\n")
    for pattern in (NAMED, FILE, FILE_LISTED):
        for match in pattern.finditer(joined):
            number = joined.count("\n", 0, match.start()) + 1
            number += text.count("\\\n", 0, match.start())
            weight = _weight(path, lines[min(number, len(lines)) - 1])
            if weight and pattern is NAMED:
                yield Proof(match[1], match[2], "", weight)
            elif weight:
                yield Proof("", "", match[1], weight)


def _runs(code: Code, path: str, text: str) -> Iterator[Proof]:
    for match in RUN.finditer(text):
        yield Proof(match[1], match[2], "", IN_CODE)
    for match in RUN_OBJECT.finditer(text):
        origin = code.names(path).get(match[1], Name(path, match[1]))
        yield Proof("", origin.name, origin.path, IN_CODE)


def bases(proof: Proof, path: str) -> list[str]:
    """Return the folders from which a proof's module is this file; none where it is not."""
    if proof.module:
        stem = proof.module.replace(".", "/")
        found = []
        for end in (f"{stem}.py", f"{stem}/__init__.py"):
            if path == end:
                found.append(".")
            elif path.endswith(f"/{end}"):
                found.append(path[: -len(end) - 1])
        return found
    if proof.file and (path == proof.file or path.endswith("/" + proof.file.removeprefix("./"))):
        return [""]
    return []
