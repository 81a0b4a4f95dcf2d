"""The package manager, and the supported versions of Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from agentpack.project.claims import Claim
from agentpack.project.documents import line, mapping, read_toml, read_yaml, scalar, sequence
from agentpack.project.shell import expand
from agentpack.project.tree import Tree, within

LOCKS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "requirements.lock": "rye",
    "conda-lock.yml": "conda",
    "pixi.lock": "pixi",
}
TABLES = {"uv": "uv", "poetry": "poetry", "pdm": "pdm", "rye": "rye"}
PREFIXES = {
    "uv": "uv run",
    "poetry": "poetry run",
    "pdm": "pdm run",
    "pipenv": "pipenv run",
    "hatch": "hatch run",
    "rye": "rye run",
    "pixi": "pixi run",
}
USES = re.compile(
    r"\b(?:(uv) (?:run|sync|venv|pip|lock|add)|(poetry) (?:install|run|shell)|"
    r"(pdm) (?:install|run|sync)"
    r"|(pipenv) (?:install|run|shell|sync)|(hatch) (?:run|shell|env)|(rye) (?:sync|run)"
    r"|(conda) (?:env create|activate)|(pip)3? install)\b"
)
ENVIRONMENT_FILES = ("environment.yml", "environment.yaml")
DOCKER_PYTHON = re.compile(
    r"^\s*FROM\s+(?:--\S+\s+)?\S*?\bpython:?(\d+\.\d+(?:\.\d+)?)", re.IGNORECASE | re.MULTILINE
)


WEAK = 4
"""The rank from which evidence is what people type, not what the project is made with."""


def _tables(tree: Tree, folder: str) -> Iterator[Claim]:
    path = within(folder, "pyproject.toml")
    table = read_toml(tree, path)
    if table is None:
        return
    for key, name in TABLES.items():
        if table.get("tool", key) is not None:
            yield Claim("package_manager", name, table.source("tool", key), 1)
    if table.table("tool", "hatch", "envs"):
        yield Claim("package_manager", "hatch", table.source("tool", "hatch", "envs"), 2)


def _uses(tree: Tree, folder: str) -> Iterator[Claim]:
    """Yield what the build files, the CI and the README install with."""
    paths = [
        (path, 4)
        for path in tree.listed(
            folder, "dockerfile*", "makefile", "justfile", "taskfile.y*ml", "*.sh"
        )
    ]
    if folder == ".":
        paths += [(path, 5) for path in tree.listed(".github/workflows", "*.yml", "*.yaml")]
        paths += [(path, 5) for path in tree.listed(".", ".gitlab-ci.yml")]
    paths += [
        (path, 5) for path in tree.listed(folder, "readme.md", "readme.rst", "contributing.md")
    ]
    seen: set[str] = set()
    for path, rank in paths:
        for match in USES.finditer(tree.text(path) or ""):
            name = next(group for group in match.groups() if group)
            number = (tree.text(path) or "").count("\n", 0, match.start()) + 1
            # pip installs the other managers, so it proves the least.
            weight = rank + (2 if name == "pip" else 0)
            if name not in seen:
                seen.add(name)
                yield Claim("package_manager", name, f"{path}:{number}", weight)


def _locks(tree: Tree, folder: str) -> list[Claim]:
    paths = [(within(folder, lock), name) for lock, name in LOCKS.items()]
    return [Claim("package_manager", name, f"{path}:1") for path, name in paths if tree.has(path)]


def _manifests(tree: Tree, folder: str) -> list[Claim]:
    """Return what a folder's manifests say: tool tables, Pipfile, environment, requirements."""
    found = list(_tables(tree, folder))
    files = [("Pipfile", "pipenv", 1), *((name, "conda", 3) for name in ENVIRONMENT_FILES)]
    found += [
        Claim("package_manager", manager, f"{within(folder, name)}:1", rank)
        for name, manager, rank in files
        if tree.has(within(folder, name))
    ]
    if found:
        return found
    listed = tree.listed(folder, "requirements*.txt", "requirements*.in")
    listed += tree.listed(within(folder, "requirements"), "*.txt")
    plain = sorted(listed, key=lambda path: (basename(path) != "requirements.txt", path))
    return [Claim("package_manager", "pip", f"{path}:1", WEAK + 2) for path in plain[:1]]


def claim_manager(tree: Tree, folders: list[str]) -> Iterator[Claim]:
    """Claim the package manager, from the nearest folder that tells; a lock tells most."""
    found: list[Claim] = []
    for reader in (_locks, _manifests):
        for folder in folders if not found else ():
            found = found or reader(tree, folder)
    if not found or min(one.rank for one in found) >= WEAK:
        uses = [one for folder in folders for one in _uses(tree, folder)]
        best = min((one.rank for one in uses), default=0)
        found += [one for one in uses if one.rank == best][:1]
    yield from found


def claim_prefix(tree: Tree, found: Claim) -> Iterator[Claim]:
    """Claim the prefix that runs a command in the manager's environment.

    Where uv is used in pip's stead only, one works in an environment that is activated.
    """
    name = str(found.value)
    text = tree.text(found.source.rsplit(":", 1)[0]) or ""
    as_pip = name == "uv" and found.rank >= WEAK and not re.search(r"\buv (?:run|sync)\b", text)
    if name in PREFIXES and not as_pip:
        yield Claim("run_prefix", PREFIXES[name], found.source)


def _stated(tree: Tree, folder: str) -> Iterator[Claim]:
    path = within(folder, "pyproject.toml")
    if table := read_toml(tree, path):
        for rank, keys in enumerate(
            (("project", "requires-python"), ("tool", "poetry", "dependencies", "python"))
        ):
            value = table.get(*keys)
            if isinstance(value, dict):
                value = value.get("version")
            if isinstance(value, str) and value.strip():
                yield Claim("python", value.strip(), table.source(*keys), rank)
    for name, pattern in (
        ("setup.cfg", r"^\s*python_requires\s*=\s*(\S.*)$"),
        ("setup.py", r"python_requires\s*=\s*[\"']([^\"']+)[\"']"),
    ):
        if found := tree.find(within(folder, name), pattern, re.MULTILINE):
            yield Claim("python", found[0][1].strip(), f"{within(folder, name)}:{found[1]}", 1)
    if table := read_toml(tree, within(folder, "Pipfile")):
        for key in ("python_full_version", "python_version"):
            value = table.get("requires", key)
            if isinstance(value, str):
                yield Claim("python", value, table.source("requires", key), 2)
                break


def _pins(tree: Tree, folder: str) -> Iterator[Claim]:
    for name, pattern in (
        (".python-version", r"^\s*(?:cpython-|python-)?(\d+\.\d+(?:\.\d+)?)"),
        ("runtime.txt", r"^\s*python-(\d[\d.]*)"),
        (".tool-versions", r"^python\s+(\d[\d.]*)"),
    ):
        if found := tree.find(within(folder, name), pattern, re.MULTILINE):
            yield Claim("python", found[0][1], f"{within(folder, name)}:{found[1]}", 3)
    for name in ENVIRONMENT_FILES:
        for item in sequence(mapping(read_yaml(tree, within(folder, name))).get("dependencies")):
            if match := re.match(r"python\s*=*\s*([\d.*<>=,]+)", scalar(item)):
                yield Claim("python", match[1], f"{within(folder, name)}:{line(item)}", 3)


def _images(tree: Tree, folder: str) -> Iterator[Claim]:
    for path in tree.listed(folder, "dockerfile*", "*.dockerfile"):
        text = tree.text(path) or ""
        variables = dict(re.findall(r"^\s*ARG\s+(\w+)=[\"']?([\w.-]+)", text, re.MULTILINE))
        for number, written in enumerate(text.split("\n"), 1):
            if match := DOCKER_PYTHON.match(expand(written, variables)):
                yield Claim("python", match[1], f"{path}:{number}", 4)
                return


def _specifiers(text: str) -> SpecifierSet | None:
    written = text.strip()
    if caret := re.fullmatch(r"\^\s*(\d+)((?:\.\d+)*)", written):
        written = f">={caret[1]}{caret[2]},<{int(caret[1]) + 1}"
    elif re.fullmatch(r"\d+(?:\.(?:\d+|\*))*", written):
        exact = re.fullmatch(r"\d+\.\d+\.\d+", written)
        written = f"=={written}" if exact else f"=={written.removesuffix('.*')}.*"
    elif tilde := re.fullmatch(r"~\s*(\d+\.\d+(?:\.\d+)?)", written):
        written = f"~={tilde[1]}.0" if tilde[1].count(".") == 1 else f"~={tilde[1]}"
    try:
        return SpecifierSet(written)
    except InvalidSpecifier:
        return None


def _outside(pin: str, wanted: str) -> bool:
    """Whether a pinned version is not among the supported ones."""
    specifiers = _specifiers(wanted)
    if specifiers is None:
        return False
    try:
        versions = [Version(pin)]
        # `3.12` stands for any 3.12.x, and 3.12.99 says what the newest of them would.
        versions += [Version(f"{pin}.{patch}") for patch in (1, 99)] if pin.count(".") == 1 else []
    except InvalidVersion:
        return False
    return not any(specifiers.contains(version, prereleases=True) for version in versions)


def claim_python(tree: Tree, folders: list[str]) -> Iterator[Claim]:
    """Claim the supported versions, as the nearest folder that tells writes them."""
    stated: list[Claim] = []
    for folder in folders:
        stated = stated or list(_stated(tree, folder))[:1]
    pins = [one for folder in folders for one in _pins(tree, folder)]
    images = [one for folder in folders for one in _images(tree, folder)]
    images += list(_images(tree, "docker")) if not images else []
    if stated:
        wanted = str(stated[0].value)
        yield stated[0]
        for pin in pins:
            if _outside(str(pin.value), wanted):
                yield Claim("python", pin.value, pin.source, pin.rank, contests=True)
    else:
        yield from (pins or images)[:1]
