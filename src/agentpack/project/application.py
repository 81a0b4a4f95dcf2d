"""The FastAPI application objects in the code, and which of them is mounted in another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agentpack.project.code import Code, Name, called, dotted, keyword, literal, statements
from agentpack.project.proofs import Proof, bases

MENTIONS = re.compile(r"\bFastAPI\b")
WRAPPER = re.compile(r"(?:ASGIApp|Middleware|ASGIMiddleware|SentryAsgi\w*|AsgiFactory)$")
INSTANCE, FACTORY = "instance", "factory"


@dataclass(frozen=True, slots=True)
class App:
    """An application object, or a function that makes one.

    Args:
        path: its file.
        name: its name there.
        line: the line that makes it.
        kind: `instance` or `factory`.
        title: its title, where that is literal text.
        title_source: where the title stands.
        routers: how many routers its file includes.

    """

    path: str
    name: str
    line: int
    kind: str
    title: str | None = None
    title_source: str = ""
    routers: int = 0


def _constructors(tree: ast.Module, subclasses: frozenset[str]) -> set[str]:
    """Return the names under which a file can call FastAPI."""
    names = set(subclasses)
    for node in statements(tree.body):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "fastapi":
            names |= {item.asname or item.name for item in node.names if item.name == "FastAPI"}
        elif isinstance(node, ast.Import):
            names |= {
                f"{item.asname or item.name}.FastAPI"
                for item in node.names
                if item.name == "fastapi"
            }
    return names


def _assigned(node: ast.stmt) -> tuple[str, ast.expr] | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
        value: ast.expr | None = node.value
    elif isinstance(node, ast.AnnAssign):
        target, value = node.target, node.value
    else:
        return None
    return (target.id, value) if isinstance(target, ast.Name) and value is not None else None


def _returns_app(node: ast.FunctionDef, constructors: set[str]) -> ast.Call | None:
    """Return the call by which a function makes the application that it returns."""
    made: dict[str, ast.Call] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign | ast.AnnAssign):
            pair = _assigned(inner)
            if pair and isinstance(pair[1], ast.Call) and called(pair[1]) in constructors:
                made[pair[0]] = pair[1]
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Return):
            continue
        value = inner.value
        if isinstance(value, ast.Call):
            if called(value) in constructors:
                return value
            names = [arg.id for arg in value.args if isinstance(arg, ast.Name)]
            if names and names[0] in made and WRAPPER.search(called(value)):
                return made[names[0]]
        if isinstance(value, ast.Name) and value.id in made:
            return made[value.id]
    return None


class Applications:
    """Finds every application in the code."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.apps: list[App] = []
        self._mounted: set[Name] = set()
        mentioning = self.mentions = [path for path, _ in code.matching(MENTIONS, "FastAPI")]
        subclasses = frozenset(self._subclasses(mentioning))
        for path in mentioning:
            self._read(path, subclasses)
        makers = {app.name for app in self.apps if app.kind == FACTORY} | subclasses
        known = {app.path for app in self.apps}
        self._read_users(makers, subclasses, known)
        self._drop_used_factories()

    @property
    def main(self) -> list[App]:
        """The applications that no other one mounts."""
        return [app for app in self.apps if Name(app.path, app.name) not in self._mounted]

    def _subclasses(self, paths: list[str]) -> Iterator[str]:
        for path in paths:
            tree = self.code.parse(path)
            for node in tree.body if tree else ():
                if isinstance(node, ast.ClassDef) and any(
                    dotted(base).rsplit(".", 1)[-1] == "FastAPI" for base in node.bases
                ):
                    yield node.name

    def _read(self, path: str, subclasses: frozenset[str]) -> None:
        tree = self.code.parse(path)
        if tree is None:
            return
        constructors = _constructors(tree, subclasses)
        text = self.code.tree.text(path) or ""
        routers = text.count("include_router(")
        here: dict[str, App] = {}
        for node in statements(tree.body):
            pair = _assigned(node)
            if pair and isinstance(pair[1], ast.Call) and called(pair[1]) in constructors:
                here[pair[0]] = self._app(path, pair[0], pair[1], INSTANCE, node.lineno, routers)
            elif pair and pair[0] not in here and self._wraps(pair[1], set(here)):
                here[pair[0]] = App(path, pair[0], node.lineno, INSTANCE, routers=routers)
            elif isinstance(node, ast.FunctionDef):
                made = _returns_app(node, constructors)
                if made:
                    app = self._app(path, node.name, made, FACTORY, node.lineno, routers)
                    here[node.name] = app
        self.apps += here.values()
        self._read_mounts(path, tree, set(here))

    def _app(self, path: str, name: str, call: ast.Call, kind: str, line: int, routers: int) -> App:
        title = keyword(call, "title")
        text = literal(title)
        found = text.strip() if isinstance(text, str) and text.strip() else None
        source = f"{path}:{title.lineno}" if title is not None else ""
        return App(path, name, line, kind, found, source, routers)

    def _wraps(self, value: ast.expr, names: set[str]) -> bool:
        """Whether an expression puts an application into another ASGI application."""
        if not isinstance(value, ast.Call) or not WRAPPER.search(called(value)):
            return False
        given = [*value.args, *(item.value for item in value.keywords)]
        return any(isinstance(one, ast.Name) and one.id in names for one in given)

    def _read_mounts(self, path: str, tree: ast.Module, own: set[str]) -> None:
        imported: dict[str, Name] | None = None
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in {"mount", "host"} or not isinstance(node.func.value, ast.Name):
                continue
            given = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "app")]
            for one in given:
                name = dotted(one)
                if name in own and name != node.func.value.id:
                    self._mounted.add(Name(path, name))
                elif name:
                    imported = self.code.names(path) if imported is None else imported
                    if name in imported:
                        self._mounted.add(imported[name])

    def _read_users(self, makers: set[str], subclasses: frozenset[str], known: set[str]) -> None:
        """Find the modules that call a factory, or wrap an application, of another module."""
        if not makers and not self.apps:
            return
        words = "|".join(sorted(map(re.escape, makers))) or r"(?!)"
        pattern = re.compile(
            rf"=\s*(?:\w+\.)*(?:{words})\(|=\s*(?:\w+\.)*\w*(?:ASGIApp|Middleware)\(|\.mount\("
        )
        made_by = {app.name: app for app in self.apps if app.kind == FACTORY}
        for path, text in list(
            self.code.matching(pattern, *makers, "ASGIApp", "Middleware", ".mount(")
        ):
            tree = self.code.parse(path)
            if tree is None:
                continue
            if path not in known:
                self._read_mounts(path, tree, set())
            imported = self.code.names(path)
            own = {app.name for app in self.apps if app.path == path}
            apps_here = {
                name
                for name, origin in imported.items()
                if any(app.path == origin.path and app.name == origin.name for app in self.apps)
            }
            for node in statements(tree.body):
                pair = _assigned(node)
                if not pair or not isinstance(pair[1], ast.Call):
                    continue
                maker = called(pair[1]).rsplit(".", 1)[-1]
                routers = text.count("include_router(")
                wraps = self._wraps(pair[1], apps_here | own)
                if (maker in makers and (maker in imported or maker in own or "." in called(pair[1]))
                        and (maker in made_by or maker in subclasses)) or (wraps and pair[0] not in own):  # fmt: skip
                    origin = made_by.get(maker)
                    app = App(path, pair[0], node.lineno, INSTANCE, routers=routers)
                    if origin and not wraps:
                        app = replace(
                            app, title=origin.title, title_source=origin.title_source,
                            routers=max(routers, origin.routers),
                        )  # fmt: skip
                    self.apps = [
                        one for one in self.apps if (one.path, one.name) != (path, app.name)
                    ]
                    self.apps.append(app)
                    own.add(app.name)
                    self._used = getattr(self, "_used", set()) | {maker}

    def add_named(self, proofs: list[Proof]) -> None:
        """Add what a server's command names, where the code makes it in an unknown way.

        A module that takes its application from another one counts as well.
        """
        known = {(app.path, app.name) for app in self.apps}
        for proof in proofs:
            if not (proof.module and proof.name):
                continue
            for path in self.mentions:
                if (path, proof.name) in known or not bases(proof, path):
                    continue
                tree = self.code.parse(path)
                for node in statements(tree.body) if tree else ():
                    pair = _assigned(node)
                    if pair and pair[0] == proof.name:
                        text = self.code.tree.text(path) or ""
                        routers = text.count("include_router")
                        self.apps.append(App(path, pair[0], node.lineno, INSTANCE, routers=routers))
                        known.add((path, pair[0]))
                        break

    def _drop_used_factories(self) -> None:
        used: set[str] = getattr(self, "_used", set())
        self.apps = [app for app in self.apps if app.kind == INSTANCE or app.name not in used]
