"""The project's Python code: what it imports, and its syntax trees. Nothing is executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname

from agentpack.project.tree import Tree, is_aside, under, within

IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b|import[ \t]+(\w[\w., \t]*))", re.MULTILINE
)


MIGRATIONS = re.compile(r"(?:^|/)(?:alembic|migrations?|versions)/")


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a file imports: the file it comes from, and what it is called there."""

    path: str
    name: str


class Code:
    """The Python files of a project, tests and examples left out."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._parsed: dict[str, ast.Module | None] = {}
        self._names: dict[str, dict[str, Name]] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All Python files of the project itself, nearest to the root first."""
        return tuple(
            path for path in self.tree.files if path.endswith(".py") and not is_aside(path)
        )

    @cached_property
    def modules(self) -> frozenset[str]:
        """All Python files and packages, as paths without `.py` and `/__init__`."""
        files = (path for path in self.tree.files if path.endswith(".py"))
        return frozenset(path.removesuffix(".py").removesuffix("/__init__") for path in files)

    @cached_property
    def packages(self) -> frozenset[str]:
        """All folders that hold Python files, however deep."""
        found: set[str] = set()
        for path in self.tree.files:
            if path.endswith(".py"):
                folder = dirname(path)
                while folder and folder not in found:
                    found.add(folder)
                    folder = dirname(folder)
        return frozenset(found)

    def matching(self, pattern: re.Pattern[str], *words: str) -> Iterator[tuple[str, str]]:
        """Yield the files whose text holds a pattern, with their text.

        Args:
            pattern: what to look for.
            words: texts of which a match holds at least one; they are much faster to find.

        """
        for path in self.files:
            text = self.tree.text(path)
            if not text or (words and not any(word in text for word in words)):
                continue
            if pattern.search(text):
                yield path, text

    def parse(self, path: str) -> ast.Module | None:
        """Return a file's syntax tree, or None where it has none."""
        if path not in self._parsed:
            text = self.tree.text(path)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._parsed[path] = ast.parse(text) if text else None
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._parsed[path] = None
        return self._parsed[path]

    def imports(self, folder: str) -> dict[str, str]:
        """Return the modules that the code below a folder imports, each with its first place.

        A migration imports what the migration tool needs, which need not be what the code uses.
        """
        found: dict[str, str] = {}
        for path in self.files:
            if not under(path, folder) or MIGRATIONS.search(path):
                continue
            text = self.tree.text(path) or ""
            for match in IMPORT.finditer(text):
                listed = [match[1]] if match[1] else (match[2] or "").split(",")
                for item in listed:
                    module = item.split(" as ")[0].strip()
                    if module and module not in found and not module.startswith("."):
                        found[module] = f"{path}:{text.count(chr(10), 0, match.end()) + 1}"
        return found

    def module_file(self, module: str, base: str) -> str | None:
        """Return the file of a dotted module below a folder, or None."""
        start = within(base, module.replace(".", "/"))
        return self.tree.first((f"{start}.py", f"{start}/__init__.py"))

    def names(self, path: str) -> Mapping[str, Name]:
        """Return the project's own names that a file imports, by the name it gives them."""
        if path not in self._names:
            self._names[path] = dict(self._imported(path))
        return self._names[path]

    def _imported(self, path: str) -> Iterator[tuple[str, Name]]:
        tree = self.parse(path)
        for node in ast.walk(tree) if tree else ():
            if not isinstance(node, ast.ImportFrom):
                continue
            source = self._source(path, node)
            for alias in node.names:
                if source:
                    yield alias.asname or alias.name, Name(source, alias.name)

    def _source(self, path: str, node: ast.ImportFrom) -> str | None:
        module = node.module or ""
        if node.level:
            folder = dirname(path)
            for _ in range(node.level - 1):
                folder = dirname(folder)
            return self.module_file(module, folder or ".") if module else None
        folder = dirname(path)
        while True:
            found = self.module_file(module, folder or ".")
            if found or not folder:
                return found
            folder = dirname(folder)


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield module-level statements, also those inside `if`, `try` and `with`."""
    # A chain of `elif` nests as deep as it is long: a stack of our own holds any.
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            inner = [*node.body]
            for handler in getattr(node, "handlers", []):
                inner += handler.body
            inner += getattr(node, "orelse", [])
            pending += reversed(inner)


def called(node: ast.expr | None) -> str:
    """Return the dotted name of what a call calls; empty where it has none."""
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def dotted(node: ast.expr | None) -> str:
    """Write a chain of names as `a.b.c`; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a call's keyword argument, or None."""
    return next((item.value for item in node.keywords if item.arg == name), None)


def literal(node: ast.expr | None) -> str | int | None:
    """Return a literal string or number, or None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return None if isinstance(node.value, bool) else node.value
    return None
