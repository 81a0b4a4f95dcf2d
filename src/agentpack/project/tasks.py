"""The commands that a project names: Makefile targets, recipes, package scripts, shell scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from posixpath import basename, dirname
from typing import Any

import yaml

from agentpack.project.documents import (
    Table,
    line,
    mapping,
    read_json,
    read_toml,
    read_yaml,
    scalar,
    sequence,
)
from agentpack.project.tree import Tree

LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
}


@dataclass(frozen=True, slots=True)
class Task:
    """A command with a name.

    Args:
        name: what the project calls it.
        typed: what one types to run it.
        lines: the commands it runs, each with its source.
        source: where it is defined.
        folder: the folder to type it in.
        kind: `make`, `just`, `task`, `package`, `python` (poe, pdm, hatch, …) or `script`.
        variables: what its lines refer to.

    """

    name: str
    typed: str
    lines: tuple[tuple[str, str], ...]
    source: str
    folder: str
    kind: str
    variables: Mapping[str, str]


def _continued(lines: list[str]) -> Iterator[tuple[str, int]]:
    """Yield lines with those that a backslash continues, at the line on which they begin."""
    begun, start = "", 0
    for number, text in enumerate(lines, 1):
        start = start or number
        if text.endswith("\\"):
            begun += text[:-1].strip() + " " if begun else text[:-1].rstrip() + " "
            continue
        yield (begun + text.strip() if begun else text), start
        begun, start = "", 0
    if begun:
        yield begun, start


def _make(tree: Tree, path: str) -> Iterator[Task]:
    variables: dict[str, str] = {}
    targets: list[tuple[str, int, list[tuple[str, str]], list[str]]] = []
    for text, number in _continued(tree.lines(path)):
        if text.startswith("\t"):
            if targets:
                targets[-1][2].append((text.strip(), f"{path}:{number}"))
            continue
        if text.startswith("define "):
            targets.append(("", number, [], []))
            continue
        assigned = re.match(r"\s*(?:export\s+)?(\w+)\s*(?::|::|\?)?=\s*(.*?)\s*(?:#.*)?$", text)
        if assigned:
            variables[assigned[1]] = assigned[2]
            continue
        target = re.match(r"([A-Za-z][\w.\-/ ]*?)\s*::?(?!=)([^#]*)", text)
        own_variable = target and re.match(r"\s*\w+\s*[:?+]?=", target[2] + text[target.end() :])
        if target and not own_variable:
            body: list[tuple[str, str]] = []
            targets += [(name, number, body, target[2].split()) for name in target[1].split()]
    bodies = {name: body for name, _, body, _ in targets}
    for name, number, body, needs in filter(itemgetter(0), targets):
        lines = [one for need in needs for one in bodies.get(need, [])] + body
        for text, _ in body:
            called = re.search(r"(?:\$\(MAKE\)|\bmake)\s+([\w-]+)", text)
            if called and called[1] != name:
                lines += bodies.get(called[1], [])
        yield Task(
            name, f"make {name}", tuple(lines), f"{path}:{number}", dirname(path) or ".", "make",
            variables,
        )  # fmt: skip


def _just(tree: Tree, path: str) -> Iterator[Task]:
    variables: dict[str, str] = {}
    recipes: list[tuple[str, int, list[tuple[str, str]], list[str]]] = []
    for text, number in _continued(tree.lines(path)):
        if text.startswith((" ", "\t")):
            if recipes and text.strip():
                recipes[-1][2].append((text.strip().lstrip("@"), f"{path}:{number}"))
            continue
        assigned = re.match(r"(?:export\s+)?(\w+)\s*:=\s*[\"']?(.*?)[\"']?\s*$", text)
        if assigned:
            variables[assigned[1]] = assigned[2]
            continue
        recipe = re.match(r"@?([A-Za-z_][\w-]*)([^:=#]*):(?!=)([^#]*)", text)
        if recipe:
            recipes.append((recipe[1], number, [], re.findall(r"[\w-]+", recipe[3])))
    bodies = {name: body for name, _, body, _ in recipes}
    for name, number, body, needs in recipes:
        lines = [one for need in needs for one in bodies.get(need, [])] + body
        for text, _ in body:
            called = re.match(r"just\s+([\w-]+)", text)
            if called and called[1] != name:
                lines += bodies.get(called[1], [])
        typed = f"just {name}"
        source = f"{path}:{number}"
        yield Task(name, typed, tuple(lines), source, dirname(path) or ".", "just", variables)


def _taskfile(tree: Tree, path: str) -> Iterator[Task]:
    top = mapping(read_yaml(tree, path))
    variables = {
        name: scalar(node)
        for table in ("vars", "env")
        for name, node in mapping(top.get(table)).items()
    }
    lines_of: dict[str, list[tuple[str, str]]] = {}
    nodes = mapping(top.get("tasks"))
    for name, node in nodes.items():
        body = mapping(node)
        listed = body.get("cmds") or body.get("cmd") or node
        items = sequence(listed) or [listed]
        lines_of[name] = []
        for item in items:
            written = scalar(item) or scalar(mapping(item).get("cmd"))
            for offset, text in enumerate(written.splitlines()):
                block = isinstance(item, yaml.ScalarNode) and item.style in {"|", ">"}
                number = line(item) + offset + (1 if block else 0)
                lines_of[name].append((text.strip(), f"{path}:{number}"))
    for name, node in nodes.items():
        needs = [scalar(item) for item in sequence(mapping(node).get("deps"))]
        called = [scalar(mapping(item).get("task")) for item in sequence(mapping(node).get("cmds"))]
        lines = [one for need in [*needs, *called] for one in lines_of.get(need, [])]
        env = {key: scalar(item) for key, item in mapping(mapping(node).get("env")).items()}
        yield Task(
            name, f"task {name}", tuple(lines + lines_of[name]), f"{path}:{_key_line(tree, path, name)}",
            dirname(path) or ".", "task", {**variables, **env},
        )  # fmt: skip


def _key_line(tree: Tree, path: str, name: str) -> int:
    found = tree.find(path, rf"^ +[\"']?{re.escape(name)}[\"']?:", re.MULTILINE)
    return found[1] if found else 1


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
        for called in re.findall(
            r"(?:npm run|pnpm(?: run)?|yarn(?: run)?|bun run|npm:)\s*([\w:.-]+)", text
        ):
            if called in scripts and called != name:
                lines.append((scripts[called], table.source("scripts", called)))
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
    for text, number in _continued(tree.lines(path)):
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


def read_tasks(tree: Tree, backend: str, prefix: str | None) -> list[Task]:
    """Read the tasks of the root and of the backend's folder."""
    tasks: list[Task] = []
    folders = list(dict.fromkeys([".", backend]))
    for folder in folders:
        for path in tree.listed(folder, "makefile", "gnumakefile"):
            tasks += _make(tree, path)
        for path in tree.listed(folder, "justfile", ".justfile"):
            tasks += _just(tree, path)
        for path in tree.listed(folder, "taskfile.yml", "taskfile.yaml", "taskfile.dist.yml"):
            tasks += _taskfile(tree, path)
        for path in tree.listed(folder, "package.json"):
            tasks += _package(tree, path)
        for path in tree.listed(folder, "pyproject.toml"):
            tasks += _pyproject(tree, path, prefix)
        for path in tree.listed(folder, "pipfile"):
            tasks += _pipfile(tree, path)
        for sub in SCRIPT_FOLDERS:
            inside = f"{folder}/{sub}".removeprefix("./").strip("/") or "."
            for path in tree.listed(inside, "*"):
                if path.endswith((".sh", ".bash")) or (sub and _is_shell(tree, path)):
                    tasks.append(_script(tree, path, folder))
    return tasks


def _is_shell(tree: Tree, path: str) -> bool:
    if "." in basename(path):
        return False
    return bool(re.match(r"#!.*\b(?:ba|z|da)?sh\b", tree.text(path) or ""))


__all__ = ["Table", "Task", "package_runner", "read_tasks"]
