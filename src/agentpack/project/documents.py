"""TOML, JSON and YAML with the line of every key."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml

from agentpack.errors import AgentpackError
from agentpack.project.tree import Tree, is_aside

STRICT = frozenset({"pyproject.toml", "agentpack.toml"})
"""Files that must parse: facts read without them would be wrong."""

MERGES = 3
"""How deep, and how many at a time, merged YAML mappings are followed: enough for real files."""

HEADER = re.compile(r"\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
ASSIGNMENT = re.compile(r"""\s*(?P<key>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*)\s*=""")
BROKEN = re.compile(r"at line (\d+)")


class Table:
    """A parsed TOML or JSON file: its data, and the line on which a key stands."""

    def __init__(self, path: str, text: str, data: Mapping[str, Any], *, toml: bool) -> None:
        self.path = path
        self.data = data
        self._lines = text.split("\n")
        self._keys = _toml_keys(self._lines) if toml else _json_keys(self._lines)

    def get(self, *keys: str) -> Any:
        """Return the value under nested keys, or None."""
        value: Any = self.data
        for key in keys:
            if not isinstance(value, Mapping) or key not in value:
                return None
            value = value[key]
        return value

    def table(self, *keys: str) -> Mapping[str, Any]:
        """Return the table under nested keys, empty where there is none."""
        value = self.get(*keys)
        return value if isinstance(value, Mapping) else {}

    def strings(self, *keys: str) -> list[str]:
        """Return the strings in the list under nested keys."""
        value = self.get(*keys)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def line(self, *keys: str) -> int:
        """Return the line of the nested keys, or of the nearest table that holds them."""
        for length in range(len(keys), 0, -1):
            found = self._keys.get(keys[:length])
            if found:
                return found
            begun = [line for path, line in self._keys.items() if path[:length] == keys[:length]]
            if begun:
                return min(begun)
        return 1

    def line_of(self, item: str, *keys: str) -> int:
        """Return the line of a string inside the value under nested keys."""
        start = self.line(*keys)
        quoted = (f'"{item}"', f"'{item}'", json.dumps(item))
        for number in range(start, len(self._lines) + 1):
            if any(text in self._lines[number - 1] for text in quoted):
                return number
        return start

    def source(self, *keys: str) -> str:
        """Return `file:line` of the nested keys."""
        return f"{self.path}:{self.line(*keys)}"


def _split_key(name: str) -> tuple[str, ...]:
    parts = re.findall(r'"([^"]*)"|\'([^\']*)\'|([\w-]+)', name)
    return tuple(next(text for text in part if text) for part in parts if any(part))


def _toml_keys(lines: list[str]) -> dict[tuple[str, ...], int]:
    keys: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    quote = ""
    for number, line in enumerate(lines, 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if header := HEADER.match(line):
            # An array item such as `["a"]` on a line of its own looks like a header too.
            if not line.startswith((" ", "\t")) or "=" not in line:
                table = _split_key(header["name"])
                keys.setdefault(table, number)
        elif key := ASSIGNMENT.match(line):
            keys.setdefault((*table, *_split_key(key["key"])), number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                quote = mark
    return keys


def _json_keys(lines: list[str]) -> dict[tuple[str, ...], int]:
    keys: dict[tuple[str, ...], int] = {}
    stack: list[str] = []
    pending = ""
    token = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(:)?|([{}\[\]])')
    for number, line in enumerate(lines, 1):
        for match in token.finditer(line):
            text, colon, bracket = match.groups()
            if colon:
                pending = text
                keys.setdefault((*stack, text), number)
            elif bracket in ("{", "["):
                stack.append(pending)
                pending = ""
            elif bracket and stack:
                stack.pop()
                pending = ""
    # The outermost brace pushes an empty name.
    return {path[1:]: line for path, line in keys.items()}


def read_toml(tree: Tree, path: str) -> Table | None:
    """Parse a TOML file.

    Raises:
        AgentpackError: `pyproject.toml` or `agentpack.toml` cannot be read or parsed.

    """
    text = tree.text(path)
    strict = path.rsplit("/", 1)[-1] in STRICT and not is_aside(path)
    if text is None:
        if strict and tree.has(path):
            raise AgentpackError(
                "cannot be read as UTF-8 text", path=path, mend="save it as UTF-8, under 1 MB"
            )
        return None
    try:
        return Table(path, text, tomllib.loads(text), toml=True)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        if not strict:
            return None
        found = BROKEN.search(str(error))
        raise AgentpackError(
            f"not valid TOML: {re.sub(r' *[(]at .*', '', str(error)).lower()}",
            path=path,
            line=int(found[1]) if found else text.count("\n") + 1,
            mend="correct the syntax of that line",
        ) from error


def read_json(tree: Tree, path: str) -> Table | None:
    """Parse a JSON object; None where it is not one."""
    text = tree.text(path)
    if text is None:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return Table(path, text, data, toml=False) if isinstance(data, dict) else None


def read_yaml(tree: Tree, path: str) -> yaml.Node | None:
    """Compose the first document of a YAML file; None where it is not YAML."""
    text = tree.text(path)
    if text is None:
        return None
    try:
        loader = yaml.CSafeLoader(text)
        try:
            return loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def mapping(node: yaml.Node | None, depth: int = 0) -> dict[str, yaml.Node]:
    """Return a YAML mapping's values by key, with merged ones; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    merged: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value == "<<" and depth < MERGES:
            for other in (value.value if isinstance(value, yaml.SequenceNode) else [value])[:10]:
                merged = {**mapping(other, depth + 1), **merged}
        elif isinstance(key, yaml.ScalarNode):
            merged[str(key.value)] = value
    return merged


def sequence(node: yaml.Node | None) -> list[yaml.Node]:
    """Return a YAML sequence's items; empty for anything else."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def scalar(node: yaml.Node | None) -> str:
    """Return a YAML scalar as it is written; empty for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def line(node: yaml.Node) -> int:
    """Return the line on which a YAML node begins."""
    return int(node.start_mark.line) + 1
