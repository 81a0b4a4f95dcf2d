"""The FastAPI project in a repository: its folder, and its application."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import basename, dirname

from agentpack.project.application import FACTORY, App, Applications
from agentpack.project.claims import Claim
from agentpack.project.code import Code, Name
from agentpack.project.documents import read_toml
from agentpack.project.manifests import Dependency, Manifest
from agentpack.project.proofs import Proof, bases, read_proofs
from agentpack.project.tree import Tree, parents, relative, under, within

FILE_ORDER = ("main", "app", "asgi", "server", "application", "api", "wsgi", "run", "__init__")
NAME_ORDER = ("app", "application", "api", "fastapi_app", "asgi")
MAKER_ORDER = (
    "create_app",
    "get_app",
    "make_app",
    "build_app",
    "create_application",
    "get_application",
    "init_app",
    "app_factory",
)


@dataclass(frozen=True, slots=True)
class Backend:
    """The FastAPI project.

    Args:
        folder: where its application is importable from; `.` is the root.
        manifest: the folder of the manifest that depends on FastAPI.
        source: where that was found.
        app: the application, where there is one.
        target: the application as `module:attribute`.
        rivals: other applications that could be meant.
        source_root: the folder below `folder` that is on the import path (`src` or `folder`).
        proven: whether the repository itself names the application in a command.

    """

    folder: str
    manifest: str
    source: str
    app: App | None = None
    target: str = ""
    rivals: tuple[Backend, ...] = ()
    source_root: str = "."
    proven: bool = False

    @property
    def folders(self) -> list[str]:
        """The folders that speak for the backend, the nearest first; the root is the last."""
        own = list(dict.fromkeys([self.folder, self.manifest]))
        above = [folder for folder in parents(f"{self.folder}/x") if folder not in own]
        return own + above if self.folder != "." else own


def _declares(manifest: Manifest) -> Dependency | None:
    for wanted in ("fastapi", "fastapi-slim", "fastapi-users", "fastapi-cli"):
        for dependency in manifest.dependencies:
            if dependency.name == wanted:
                return dependency
    return None


def _manifest_folder(path: str, manifests: list[Manifest]) -> tuple[str, str] | None:
    """Return the nearest folder above a file whose manifest depends on FastAPI, and where."""
    declaring = [(manifest.folder, _declares(manifest)) for manifest in manifests]
    for folder in parents(path):
        found = [dep for where, dep in declaring if where == folder and dep]
        if found:
            runtime = [dep for dep in found if not dep.dev] or found
            return folder, runtime[0].source
    return None


def _import_base(code: Code, path: str) -> str | None:
    """Return the folder from which most of a file's own absolute imports resolve, or None."""
    tree = code.parse(path)
    votes: Counter[str] = Counter()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            modules = [node.module]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            if module.split(".")[0] in sys.stdlib_module_names:
                continue
            stem = module.replace(".", "/")
            for folder in parents(path):
                whole = within(folder, stem)
                if whole in code.modules or whole in code.packages:
                    # A module of one word may be somebody else's package of the same name.
                    votes[folder] += 3 if "/" in stem else 1
                    break
    return max(votes, key=lambda one: (votes[one], -one.count("/"))) if votes else None


def _is_src_root(code: Code, base: str, manifest: str) -> bool:
    """Whether a folder is the `src` of a src layout: on the path, but no package itself."""
    if basename(base) not in {"src", "lib"} or (dirname(base) or ".") != manifest:
        return False
    return not code.tree.has(f"{base}/__init__.py")


def _module(path: str, base: str) -> str:
    inner = relative(path, base).removesuffix(".py").removesuffix("/__init__")
    return inner.replace("/", ".")


class Chooser:
    """Chooses the main application among those in the code."""

    def __init__(self, tree: Tree, code: Code, manifests: list[Manifest]) -> None:
        self.tree, self.code, self.manifests = tree, code, manifests
        self.applications = Applications(code)
        self.proofs = list(read_proofs(tree, code)) if self.applications.mentions else []
        self.applications.add_named(self.proofs)
        self.exports = dict(self._exports())

    def _exports(self) -> Iterator[tuple[Proof, tuple[Name, str]]]:
        """Yield the mentions of a module that takes the application from another one."""
        apps = {Name(app.path, app.name) for app in self.applications.apps}
        for proof in dict.fromkeys(self.proofs) if apps else ():
            for path in self.code.files if proof.module and proof.name else ():
                for base in bases(proof, path):
                    origin = self.code.names(path).get(proof.name)
                    if origin in apps:
                        yield proof, (origin, base)

    def _proofs_of(self, app: App) -> list[tuple[Proof, str]]:
        found = []
        for proof in self.proofs:
            if proof in self.exports:
                origin, base = self.exports[proof]
                if origin == Name(app.path, app.name):
                    found.append((proof, base))
            elif not proof.name or proof.name == app.name:
                found += [(proof, base) for base in bases(proof, app.path)]
        return found

    def _place(self, app: App) -> Backend:
        declared = _manifest_folder(app.path, self.manifests)
        manifest, source = declared or (".", f"{app.path}:{app.line}")
        proofs = self._proofs_of(app)
        imported = _import_base(self.code, app.path)
        base = self._base(app, manifest, imported)
        folder = base
        if _is_src_root(self.code, base, manifest):
            folder = manifest
        elif declared is None and imported is None and not proofs:
            folder = base = dirname(app.path) or "."
            while self.tree.has(f"{base}/__init__.py") and base != ".":
                folder = base = dirname(base) or "."
        return Backend(
            folder=folder,
            manifest=manifest,
            source=source,
            app=app,
            target=self._target(app, base),
            source_root=base,
            proven=bool(proofs),
        )

    def _target(self, app: App, base: str) -> str:
        """Name an application as the repository's commands do, else by the file that makes it."""
        proofs = [(proof, where) for proof, where in self._proofs_of(app) if proof.module]
        named = [proof for proof, where in proofs if where == base]
        if named and all(proof in self.exports for proof in named):
            best = max(named, key=lambda one: one.weight)
            return f"{best.module}:{best.name}"
        return f"{_module(app.path, base)}:{app.name}"

    def _base(self, app: App, manifest: str, imported: str | None) -> str:
        """Return the folder from which an application's module is imported."""
        weights: Counter[str] = Counter()
        for proof, base in self._proofs_of(app):
            if base:
                weights[base] += proof.weight
        src = within(manifest, "src")
        if not weights:
            if imported is not None:
                return imported
            in_src = under(app.path, src) and _is_src_root(self.code, src, manifest)
            return src if in_src else manifest
        base = max(weights, key=lambda one: weights[one])
        if manifest in weights or imported == manifest:
            return manifest
        if imported is not None and base != imported and under(base, imported):
            # `service:app` may be the package that takes the application from this module.
            return imported
        # A container often copies `src` elsewhere: `app.main:app` there is `src.app.main` here.
        copied = base == src and not _is_src_root(self.code, base, manifest) and imported is None
        return manifest if copied else base

    def _score(self, app: App) -> tuple[int, ...]:
        proofs = [proof for proof, _ in self._proofs_of(app)]
        weight = max((proof.weight for proof in proofs), default=0)
        stem = basename(app.path).removesuffix(".py")
        order = MAKER_ORDER if app.kind == FACTORY else NAME_ORDER
        return (
            -min(weight, 3),
            int(app.kind == FACTORY),
            FILE_ORDER.index(stem) if stem in FILE_ORDER else len(FILE_ORDER),
            order.index(app.name) if app.name in order else len(order),
            -app.routers,
            -len(proofs),
            app.path.count("/"),
        )

    def choose(self) -> Backend | None:
        """Return the FastAPI project, or None where nothing depends on FastAPI."""
        apps = sorted(self.applications.main, key=lambda app: (self._score(app), app.path))
        if apps:
            return self._with_rivals(self._place(apps[0]), apps)
        for manifest in self.manifests:
            found = _declares(manifest)
            if found and found.name in {"fastapi", "fastapi-slim"} and not found.dev:
                folder = manifest.folder
                return Backend(folder, folder, found.source, source_root=folder)
        return None

    def _with_rivals(self, chosen: Backend, apps: list[App]) -> Backend:
        """Add the other applications that could as well be meant."""
        rivals = []
        for app in apps[1:]:
            other = self._place(app)
            instance = app.kind != FACTORY
            doubtful = not chosen.proven or other.manifest != chosen.manifest
            if (other.proven or (instance and doubtful)) and app.path != apps[0].path:
                rivals.append(other)
        return replace(chosen, rivals=tuple(rivals))


def _entrypoint(tree: Tree, backend: Backend) -> tuple[str, str] | None:
    for folder in backend.folders:
        table = read_toml(tree, within(folder, "pyproject.toml"))
        stated = table.get("tool", "fastapi", "entrypoint") if table else None
        if table and isinstance(stated, str) and re.fullmatch(r"[\w.]+:\w+", stated):
            return stated, table.source("tool", "fastapi", "entrypoint")
    return None


def claim(tree: Tree, backend: Backend | None) -> Iterator[Claim]:
    """Claim the backend's folder and its application."""
    if backend is None:
        return
    yield Claim("backend_dir", backend.folder, backend.source)
    if stated := _entrypoint(tree, backend):
        yield Claim("app", *stated)
        return
    if backend.app is not None:
        yield Claim("app", backend.target, f"{backend.app.path}:{backend.app.line}")
        for rival in backend.rivals:
            if rival.app is not None:
                source = f"{rival.app.path}:{rival.app.line}"
                yield Claim("app", rival.target, source, rank=1, contests=True)
            yield Claim("backend_dir", rival.folder, rival.source, rank=1, contests=True)
