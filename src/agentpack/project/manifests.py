"""Which Python packages a project declares, and where."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import basename, dirname
from typing import Any

from agentpack.project.documents import (
    Table,
    line,
    mapping,
    read_toml,
    read_yaml,
    scalar,
    sequence,
)
from agentpack.project.tree import Tree, is_aside, parents

REQUIREMENT = re.compile(r"\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[(?P<extras>[^\]]*)\])?")
VERSIONS = re.compile(r"\s*\(?([<>=!~^][^;#)\s]*(?:\s*,?\s*[<>=!~^][^;#)\s]*)*)")
REQUIREMENT_FILES = (
    "requirements*.txt",
    "requirements*.in",
    "*requirements.txt",
    "*requirements.in",
    "requirements-*.txt",
    "constraints.in",
)
MANIFEST_ENDINGS = (".toml", "pipfile", ".txt", ".in", ".cfg", "setup.py", ".yml", ".yaml")
DEV_WORDS = re.compile(
    r"dev|test|lint|doc|check|typing|type|format|ci\b|debug|local|example|demo|tutorial|bench|notebook|eval",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dependency:
    """A package that a manifest names; `wanted` is which versions, as it writes them."""

    name: str
    extras: frozenset[str]
    source: str
    dev: bool
    optional: bool = False
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file that declares Python dependencies; `folder` is the project it belongs to."""

    path: str
    folder: str
    dependencies: tuple[Dependency, ...]


def normal(name: str) -> str:
    """Write a package's name the way package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _dependency(
    requirement: str, source: str, *, dev: bool, optional: bool = False
) -> Dependency | None:
    match = REQUIREMENT.match(requirement)
    if not match:
        return None
    extras = frozenset(normal(extra.strip()) for extra in (match["extras"] or "").split(","))
    wanted = VERSIONS.match(requirement, match.end())
    return Dependency(
        normal(match["name"]), extras - {""}, source, dev, optional, wanted[1] if wanted else ""
    )


def _listed(table: Table, *keys: str, dev: bool, optional: bool = False) -> Iterator[Dependency]:
    for item in table.strings(*keys):
        source = f"{table.path}:{table.line_of(item, *keys)}"
        found = _dependency(item, source, dev=dev, optional=optional)
        if found:
            yield found


def _named(table: Table, *keys: str, dev: bool) -> Iterator[Dependency]:
    for name, wanted in table.table(*keys).items():
        if name.lower() == "python":
            continue
        extras: Any = wanted.get("extras") if isinstance(wanted, Mapping) else None
        written = f"{name}[{','.join(map(str, extras))}]" if isinstance(extras, list) else name
        version: Any = wanted.get("version") if isinstance(wanted, Mapping) else wanted
        if isinstance(version, str) and version.strip("* "):
            written += f"=={version}" if version[0].isdigit() else version
        optional = isinstance(wanted, Mapping) and bool(wanted.get("optional"))
        source = table.source(*keys, name)
        found = _dependency(written, source, dev=dev, optional=optional)
        if found:
            yield found


def _pyproject(tree: Tree, path: str) -> Iterator[Dependency]:
    table = read_toml(tree, path)
    if table is None:
        return
    yield from _listed(table, "project", "dependencies", dev=False)
    for extra in table.table("project", "optional-dependencies"):
        dev = bool(DEV_WORDS.search(extra))
        yield from _listed(table, "project", "optional-dependencies", extra, dev=dev, optional=True)
    for group in table.table("dependency-groups"):
        dev = bool(DEV_WORDS.search(group))
        yield from _listed(table, "dependency-groups", group, dev=dev)
    yield from _listed(table, "tool", "uv", "dev-dependencies", dev=True)
    for group in table.table("tool", "pdm", "dev-dependencies"):
        yield from _listed(table, "tool", "pdm", "dev-dependencies", group, dev=True)
    yield from _listed(table, "tool", "rye", "dev-dependencies", dev=True)
    poetry = ("tool", "poetry")
    yield from _named(table, *poetry, "dependencies", dev=False)
    yield from _named(table, *poetry, "dev-dependencies", dev=True)
    for group in table.table(*poetry, "group"):
        dev = bool(DEV_WORDS.search(group))
        yield from _named(table, *poetry, "group", group, "dependencies", dev=dev)
    for env in table.table("tool", "hatch", "envs"):
        yield from _listed(table, "tool", "hatch", "envs", env, "dependencies", dev=True)
        yield from _listed(table, "tool", "hatch", "envs", env, "extra-dependencies", dev=True)


def _pipfile(tree: Tree, path: str) -> Iterator[Dependency]:
    table = read_toml(tree, path)
    if table is None:
        return
    yield from _named(table, "packages", dev=False)
    yield from _named(table, "dev-packages", dev=True)


def _requirements(tree: Tree, path: str) -> Iterator[Dependency]:
    dev = bool(DEV_WORDS.search(path.rsplit("/", 1)[-1]))
    for number, text in enumerate(tree.lines(path), 1):
        written = text.strip()
        if not written or written.startswith(("#", "-", ".", "/", "http:", "https:", "git+")):
            continue
        found = _dependency(written, f"{path}:{number}", dev=dev)
        if found:
            yield found


def _environment(tree: Tree, path: str) -> Iterator[Dependency]:
    for item in sequence(mapping(read_yaml(tree, path)).get("dependencies")):
        for node in [item, *sequence(mapping(item).get("pip"))]:
            written = scalar(node)
            found = _dependency(written, f"{path}:{line(node)}", dev=False)
            if found and found.name not in {"python", "pip"}:
                yield found


def _setup_cfg(tree: Tree, path: str) -> Iterator[Dependency]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(tree.text(path) or "")
    except configparser.Error:
        return
    wanted = [(parser.get("options", "install_requires", fallback=""), False)]
    if parser.has_section("options.extras_require"):
        wanted += [
            (text, bool(DEV_WORDS.search(name)))
            for name, text in parser.items("options.extras_require")
        ]
    lines = [text.strip() for text in tree.lines(path)]
    for text, dev in wanted:
        for written in filter(None, map(str.strip, text.splitlines())):
            number = lines.index(written) + 1 if written in lines else 1
            found = _dependency(written, f"{path}:{number}", dev=dev)
            if found:
                yield found


def _setup_py(tree: Tree, path: str) -> Iterator[Dependency]:
    found = tree.find(path, r"install_requires\s*=\s*\[(.*?)\]", re.DOTALL)
    if not found:
        return
    match, start = found
    for item in re.finditer(r"""["']([^"'\n]+)["']""", match[1]):
        number = start + match[0][: item.start() + match[0].index(match[1])].count("\n")
        one = _dependency(item[1], f"{path}:{number}", dev=False)
        if one:
            yield one


def _read(tree: Tree, path: str) -> tuple[Dependency, ...] | None:
    """Return what a file declares, or None where it is no manifest."""
    name = basename(path).lower()
    if name in READERS:
        return tuple(READERS[name](tree, path))
    folder = basename(dirname(path)).lower()
    listed = any(fnmatchcase(name, pattern) for pattern in REQUIREMENT_FILES)
    if listed or (folder in {"requirements", "reqs"} and name.endswith((".txt", ".in"))):
        return tuple(_requirements(tree, path))
    return None


READERS: Mapping[str, Callable[[Tree, str], Iterator[Dependency]]] = {
    "pyproject.toml": _pyproject,
    "pipfile": _pipfile,
    "environment.yml": _environment,
    "environment.yaml": _environment,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
}
GENERATED = re.compile(
    r"autogenerated by|generated by pip-compile|via pip-compile|# +via ", re.IGNORECASE
)


def _order(manifest: Manifest) -> tuple[int, str, int, int]:
    name = basename(manifest.path).lower()
    plain = ("pyproject.toml", "pipfile", "requirements.txt", "requirements.in")
    rank = plain.index(name) if name in plain else len(plain)
    return manifest.folder.count("/") + (manifest.folder != "."), manifest.folder, rank, len(name)


def read_manifests(tree: Tree) -> list[Manifest]:
    """Read every manifest of the repository, the nearest to the root first.

    A requirements file that a tool wrote from another manifest lists what that one needs
    indirectly, too: it counts only where there is no other.
    """
    found: list[Manifest] = []
    generated: list[Manifest] = []
    for path in tree.files:
        if not path.lower().endswith(MANIFEST_ENDINGS) or is_aside(path):
            continue
        dependencies = _read(tree, path)
        if dependencies is None:
            continue
        folder = dirname(path) or "."
        if basename(folder).lower() in {"requirements", "reqs"}:
            folder = dirname(folder) or "."
        manifest = Manifest(path, folder, dependencies)
        written = path.endswith(".txt") and GENERATED.search((tree.text(path) or "")[:2000])
        (generated if written else found).append(manifest)
    with_own = {manifest.folder for manifest in found if manifest.dependencies}
    found += [one for one in generated if not with_own & set(parents(one.path))]
    return sorted(found, key=_order)
