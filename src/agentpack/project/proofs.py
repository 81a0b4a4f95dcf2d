"""Where a repository names its application itself: `uvicorn pkg.main:app` and its kin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname

from agentpack.project.code import Code
from agentpack.project.tree import Tree, is_aside, within

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


@dataclass(frozen=True, slots=True)
class Proof:
    """One mention of an application in a server's command.

    Args:
        module: the module as it is written; empty when only a file is named.
        name: the attribute; empty when only a file is named.
        file: the file, where that is what is named.
        source: `file:line` of the mention.
        weight: how much it counts.

    """

    module: str
    name: str
    file: str
    source: str
    weight: int


def _read(tree: Tree, path: str) -> bool:
    name = basename(path).lower()
    if name.startswith(NAMES) or name.endswith((".sh", ".bat", ".ps1", ".conf", ".service")):
        return True
    if ".dockerfile" in name or name.startswith("dockerfile"):
        return True
    return path.startswith(".github/workflows/") or (name.endswith(".md") and path.count("/") < 3)


def _weight(path: str, line: str) -> int:
    name = basename(path).lower()
    if line.lstrip().startswith(("#", "//")):
        return 0
    base = 2 if name.endswith((".md", ".rst")) else 3
    return base + (1 if "--reload" in line or "dev" in line else 0)


def read_proofs(tree: Tree, code: Code) -> Iterator[Proof]:
    """Yield every mention outside of tests and examples, and in the documentation."""
    for path in tree.files:
        documents = path.endswith((".md", ".rst")) and not path.startswith("tests")
        if (is_aside(path) and not documents) or not _read(tree, path):
            continue
        text = tree.text(path)
        if not text or (
            "uvicorn" not in text
            and "corn" not in text
            and "fastapi" not in text
            and "granian" not in text
        ):
            continue
        joined = text.replace("\\\n", "  ")
        lines = text.split("\n")
        for pattern in (NAMED, FILE, FILE_LISTED):
            for match in pattern.finditer(joined):
                number = joined.count("\n", 0, match.start()) + 1
                number += text.count("\\\n", 0, match.start())
                weight = _weight(path, lines[min(number, len(lines)) - 1])
                if not weight:
                    continue
                source = f"{path}:{number}"
                if pattern is NAMED:
                    yield Proof(match[1], match[2], "", source, weight)
                else:
                    yield Proof("", "", match[1], source, weight)
    for path, text in code.matching(STARTS, "uvicorn", "Granian", "hypercorn"):
        for match in RUN.finditer(text):
            yield Proof(
                match[1], match[2], "", f"{path}:{text.count(chr(10), 0, match.start()) + 1}", 3
            )
        for match in RUN_OBJECT.finditer(text):
            source = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
            origin = code.names(path).get(match[1])
            file, name = (origin.path, origin.name) if origin else (path, match[1])
            yield Proof("", name, file, source, 3)


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


__all__ = ["Proof", "bases", "dirname", "read_proofs", "within"]
