"""YAML as Claude Code reads it: the scalars of YAML 1.2, each key with its line.

PyYAML speaks YAML 1.1, to which `no` is a boolean and `2026-01-01` a date. To
the client both are text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_SCALARS = (
    ("tag:yaml.org,2002:null", re.compile(r"^(?:null|Null|NULL|~|)$"), ["n", "N", "~", ""]),
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    (
        "tag:yaml.org,2002:int",
        re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"),
        list("-+0123456789"),
    ),
    (
        "tag:yaml.org,2002:float",
        re.compile(
            r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        list("-+.0123456789"),
    ),
    ("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"]),
)


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute


for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)


def mapping(text: str) -> dict[str, tuple[Any, int]]:
    """The top-level keys of `text`, each with its value and its line from 0.

    Raises:
        yaml.YAMLError: `text` is not YAML, or not a mapping.
        ValueError: a value cannot be made, such as a number too long to read.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise yaml.MarkedYAMLError(
                problem="the frontmatter is not a list of keys", problem_mark=node.start_mark
            )
        lines = {key.value: key.start_mark.line for key, _ in node.value}
        values: dict[Any, Any] = loader.construct_document(node)
        return {str(key): (value, lines.get(str(key), 0)) for key, value in values.items()}
    finally:
        loader.dispose()
