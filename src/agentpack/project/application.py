"""The FastAPI application objects in the code, and which of them is mounted in another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agentpack.project.code import Code, Name, called, dotted, keyword, literal, statements
from agentpack.project.proofs import Proof, bases

MENTIONS = re.compile(r"\bFastAPI\b")
MOUNTS = re.compile(r"\b(?:mount|host)\s*\(")
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
    every = list(ast.walk(node))
    for inner in every:
        if isinstance(inner, ast.Assign | ast.AnnAssign):
            pair = _assigned(inner)
            if pair and isinstance(pair[1], ast.Call) and called(pair[1]) in constructors:
                made[pair[0]] = pair[1]
    for inner in every:
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
        self._used: set[Name] = set()
        mentioning = self.mentions = [path for path, _ in code.matching(MENTIONS, "FastAPI")]
        subclasses = frozenset(self._subclasses(mentioning))
        for path in mentioning:
            self._read(path, subclasses)
        self._read_factories()
        self._read_users(subclasses)
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
                here[pair[0]] = self._app(
                    App(path, pair[0], node.lineno, INSTANCE, routers=routers), pair[1]
                )
            elif pair and pair[0] not in here and self._wraps(pair[1], set(here)):
                here[pair[0]] = App(path, pair[0], node.lineno, INSTANCE, routers=routers)
            elif isinstance(node, ast.FunctionDef):
                made = _returns_app(node, constructors)
                if made:
                    app = self._app(
                        App(path, node.name, node.lineno, FACTORY, routers=routers), made
                    )
                    here[node.name] = app
        self.apps += here.values()
        self._read_mounts(path, tree, set(here))

    def _app(self, place: App, call: ast.Call) -> App:
        """Add to an application the title that its call gives it."""
        title = keyword(call, "title")
        text = literal(title)
        found = text.strip() if isinstance(text, str) and text.strip() else None
        source = f"{place.path}:{title.lineno}" if title is not None else ""
        return replace(place, title=found, title_source=source)

    def _wraps(self, value: ast.expr, names: set[str]) -> bool:
        """Whether an expression puts an application into another ASGI application."""
        if not isinstance(value, ast.Call) or not WRAPPER.search(called(value)):
            return False
        given = [*value.args, *(item.value for item in value.keywords)]
        return any(isinstance(one, ast.Name) and one.id in names for one in given)

    def _read_mounts(self, path: str, tree: ast.Module, own: set[str]) -> None:
        if not MOUNTS.search(self.code.tree.text(path) or ""):
            return
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
                elif name in (imported := self.code.names(path)):
                    self._mounted.add(imported[name])

    def _origin(self, path: str, call: ast.expr, imported: Mapping[str, Name]) -> App | None:
        """Return the factory that a call in a file calls, or None."""
        chain = called(call)
        name = chain.rsplit(".", 1)[-1]
        makers = [app for app in self.apps if app.kind == FACTORY]
        if "." in chain:
            # `factory.create_app()`: which module that is matters less than its function's name.
            return next((app for app in makers if app.name == name), None)
        wanted = imported.get(name, Name(path, name))
        return next((app for app in makers if Name(app.path, app.name) == wanted), None)

    def _read_factories(self) -> None:
        """Find the functions that return what another factory made."""
        makers = {app.name for app in self.apps if app.kind == FACTORY}
        for path in self.mentions:
            text = self.code.tree.text(path) or ""
            # Walking a tree costs much more than finding a word.
            tree = self.code.parse(path) if any(name in text for name in makers) else None
            known = {app.name for app in self.apps if app.path == path}
            for node in tree.body if tree else ():
                if not isinstance(node, ast.FunctionDef) or node.name in known:
                    continue
                made = _returns_app(node, makers)
                origin = self._origin(path, made, self.code.names(path)) if made else None
                if origin:
                    self._used.add(Name(origin.path, origin.name))
                    self.apps.append(replace(origin, path=path, name=node.name, line=node.lineno))

    def _read_users(self, subclasses: frozenset[str]) -> None:
        """Find the modules that call a factory, or wrap an application, of another module."""
        makers = {app.name for app in self.apps if app.kind == FACTORY} | subclasses
        if not makers and not self.apps:
            return
        words = "|".join(sorted(map(re.escape, makers))) or r"(?!)"
        pattern = re.compile(
            rf"=\s*(?:\w+\.)*(?:{words})\(|=\s*(?:\w+\.)*\w*(?:ASGIApp|Middleware)\(|\.mount\("
        )
        known = {app.path for app in self.apps}
        for path, text in list(
            self.code.matching(pattern, *makers, "ASGIApp", "Middleware", ".mount(")
        ):
            tree = self.code.parse(path)
            if tree is None:
                continue
            if path not in known:
                self._read_mounts(path, tree, set())
            self._read_user(path, tree, subclasses, text.count("include_router("))

    def _read_user(
        self, path: str, tree: ast.Module, subclasses: frozenset[str], routers: int
    ) -> None:
        imported = self.code.names(path)
        places = {Name(app.path, app.name) for app in self.apps}
        own = {app.name for app in self.apps if app.path == path}
        within_reach = own | {name for name, origin in imported.items() if origin in places}
        for node in statements(tree.body):
            pair = _assigned(node)
            if not pair or not isinstance(pair[1], ast.Call):
                continue
            origin = self._origin(path, pair[1], imported)
            app = App(path, pair[0], node.lineno, INSTANCE, routers=routers)
            if origin:
                self._used.add(Name(origin.path, origin.name))
                app = replace(
                    app,
                    title=origin.title,
                    title_source=origin.title_source,
                    routers=max(routers, origin.routers),
                )
            elif pair[0] in own or not (
                called(pair[1]) in subclasses & set(imported) or self._wraps(pair[1], within_reach)
            ):
                continue
            self.apps = [one for one in self.apps if (one.path, one.name) != (path, app.name)]
            self.apps.append(app)
            own.add(app.name)

    def add_named(self, proofs: list[Proof]) -> None:
        """Add what a server's command names, where the code makes it in an unknown way."""
        known = {(app.path, app.name) for app in self.apps}
        for proof in proofs:
            for path in self.mentions if proof.module and proof.name else ():
                if (path, proof.name) in known or not bases(proof, path):
                    continue
                tree = self.code.parse(path)
                pairs = ((node, _assigned(node)) for node in statements(tree.body if tree else []))
                made = next((node for node, pair in pairs if pair and pair[0] == proof.name), None)
                if made:
                    routers = (self.code.tree.text(path) or "").count("include_router")
                    self.apps.append(App(path, proof.name, made.lineno, INSTANCE, routers=routers))
                    known.add((path, proof.name))

    def _drop_used_factories(self) -> None:
        self.apps = [app for app in self.apps if Name(app.path, app.name) not in self._used]
