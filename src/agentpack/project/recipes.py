"""The recipes of Makefile, justfile and Taskfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from posixpath import dirname

import yaml

from agentpack.project.documents import line, mapping, read_yaml, scalar, sequence
from agentpack.project.task import Task, continued
from agentpack.project.tree import Tree


def read_make(tree: Tree, path: str) -> Iterator[Task]:
    """Read a Makefile: its targets with what they depend on and call."""
    variables: dict[str, str] = {}
    targets: list[tuple[str, int, list[tuple[str, str]], list[str]]] = []
    for text, number in continued(tree.lines(path)):
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
            name,
            f"make {name}",
            tuple(lines),
            f"{path}:{number}",
            dirname(path) or ".",
            "make",
            variables,
        )


def read_just(tree: Tree, path: str) -> Iterator[Task]:
    """Read a justfile: its recipes with what they depend on and call."""
    variables: dict[str, str] = {}
    recipes: list[tuple[str, int, list[tuple[str, str]], list[str]]] = []
    for text, number in continued(tree.lines(path)):
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


def read_taskfile(tree: Tree, path: str) -> Iterator[Task]:
    """Read a Taskfile: its tasks with what they depend on and call."""
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
            name,
            f"task {name}",
            tuple(lines + lines_of[name]),
            f"{path}:{_key_line(tree, path, name)}",
            dirname(path) or ".",
            "task",
            {**variables, **env},
        )


def _key_line(tree: Tree, path: str, name: str) -> int:
    found = tree.find(path, rf"^ +[\"']?{re.escape(name)}[\"']?:", re.MULTILINE)
    return found[1] if found else 1
