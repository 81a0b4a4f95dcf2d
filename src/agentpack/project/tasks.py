"""The commands that a project names, wherever it does so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import basename, dirname
from typing import Any

from agentpack.project.documents import read_json, read_toml
from agentpack.project.recipes import read_just, read_make, read_taskfile
from agentpack.project.task import Task, continued
from agentpack.project.tree import Tree, within

LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
}
CALLED = re.compile(r"(?:npm run|pnpm(?: run)?|yarn(?: run)?|bun run|npm:)\s*([\w:.-]+)")


def package_runner(tree: Tree, path: str) -> str:
    """Tell which package runner a package.json is used with: npm, pnpm, yarn or bun."""
    folder = dirname(path)
    table = read_json(tree, path)
    while True:
        stated = table.get("packageManager") if table else None
        if isinstance(stated, str) and stated.split("@")[0] in LOCKS.values():
            return stated.split("@")[0]
        for lock, name in LOCKS.items():
            if tree.has(f"{folder}/{lock}" if folder else lock):
                return name
        if not folder:
            return "npm"
        folder = dirname(folder)
        table = read_json(tree, f"{folder}/package.json" if folder else "package.json")


def _package(tree: Tree, path: str) -> Iterator[Task]:
    table = read_json(tree, path)
    if table is None:
        return
    run = f"{package_runner(tree, path)} run"
    scripts = {name: text for name, text in table.table("scripts").items() if isinstance(text, str)}
    for name, text in scripts.items():
        source = table.source("scripts", name)
        lines = [(text, source)]
        lines += [
            (scripts[called], table.source("scripts", called))
            for called in CALLED.findall(text)
            if called in scripts and called != name
        ]
        yield Task(name, f"{run} {name}", tuple(lines), source, dirname(path) or ".", "package", {})


def _texts(value: Any) -> list[str]:
    """Return the shell texts in a script table's entry, whichever of the tools' shapes it has."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, Mapping):
        for key in ("cmd", "shell", "composite", "sequence", "command", "script"):
            if key in value:
                entry = value[key]
                if key == "cmd" and isinstance(entry, list):
                    return [" ".join(map(str, entry))]
                return _texts(entry)
    return []


def _pyproject(tree: Tree, path: str, prefix: str | None) -> Iterator[Task]:
    table = read_toml(tree, path)
    if table is None:
        return
    start = f"{prefix} " if prefix else ""
    groups = [
        (("tool", "poe", "tasks"), f"{start}poe "),
        (("tool", "taskipy", "tasks"), f"{start}task "),
        (("tool", "pdm", "scripts"), "pdm run "),
        (("tool", "rye", "scripts"), "rye run "),
        (("tool", "tox", "env"), "tox -e "),
        (("tool", "hatch", "envs", "default", "scripts"), "hatch run "),
    ]
    groups += [
        (("tool", "hatch", "envs", env, "scripts"), f"hatch run {env}:")
        for env in table.table("tool", "hatch", "envs")
        if env != "default"
    ]
    for keys, typed in groups:
        entries = table.table(*keys)
        texts = {name: _texts(value) for name, value in entries.items() if name != "_"}
        for name, own in texts.items():
            source = table.source(*keys, name)
            lines = [(text, source) for text in own]
            for text in own:
                called = re.match(r"(?:poe|task|pdm run|hatch run)?\s*([\w:-]+)", text)
                if called and called[1] in texts and called[1] != name:
                    lines += [(one, table.source(*keys, called[1])) for one in texts[called[1]]]
            folder = dirname(path) or "."
            yield Task(name, f"{typed}{name}", tuple(lines), source, folder, "python", {})


def _pipfile(tree: Tree, path: str) -> Iterator[Task]:
    table = read_toml(tree, path)
    for name, text in (table.table("scripts") if table else {}).items():
        if table and isinstance(text, str):
            source = table.source("scripts", name)
            folder = dirname(path) or "."
            yield Task(name, f"pipenv run {name}", ((text, source),), source, folder, "python", {})


def _script(tree: Tree, path: str, folder: str) -> Task:
    lines = []
    variables: dict[str, str] = {}
    first = 1
    for text, number in continued(tree.lines(path)):
        written = text.strip()
        if not written or written.startswith("#"):
            continue
        assigned = re.match(
            r"(?:export\s+|readonly\s+|local\s+)?(\w+)=[\"']?([^\"'\s;]*)[\"']?", written
        )
        if assigned:
            default = re.fullmatch(r"\$\{\w+:?[-=]([^}]*)\}", assigned[2])
            variables.setdefault(assigned[1], default[1] if default else assigned[2])
        lines.append((written, f"{path}:{number}"))
        if first == 1:
            first = number
    shown = path if folder == "." else path.removeprefix(f"{folder}/")
    name = basename(path)
    variables = {name: text for name, text in variables.items() if "$" not in text}
    return Task(name, f"./{shown}", tuple(lines), f"{path}:1", folder, "script", variables)


SCRIPT_FOLDERS = ("", "scripts", "bin", "script", "tools", "dev", "hack", "docker")


READERS = (
    (("makefile", "gnumakefile"), read_make),
    (("justfile", ".justfile"), read_just),
    (("taskfile.yml", "taskfile.yaml", "taskfile.dist.yml"), read_taskfile),
    (("package.json",), _package),
    (("pipfile",), _pipfile),
)


def read_tasks(tree: Tree, backend: str, prefix: str | None) -> list[Task]:
    """Read the tasks of the root and of the backend's folder."""
    tasks: list[Task] = []
    for folder in dict.fromkeys([".", backend]):
        for names, reader in READERS:
            for path in tree.listed(folder, *names):
                tasks += reader(tree, path)
        for path in tree.listed(folder, "pyproject.toml"):
            tasks += _pyproject(tree, path, prefix)
        for sub in SCRIPT_FOLDERS:
            paths = tree.listed(within(folder, sub), "*")
            tasks += [_script(tree, path, folder) for path in paths if _is_shell(tree, path, sub)]
    return tasks


def _is_shell(tree: Tree, path: str, sub: str) -> bool:
    if path.endswith((".sh", ".bash")):
        return True
    if not sub or "." in basename(path):
        return False
    return bool(re.match(r"#!.*\b(?:ba|z|da)?sh\b", tree.text(path) or ""))


__all__ = ["Task", "package_runner", "read_tasks"]
