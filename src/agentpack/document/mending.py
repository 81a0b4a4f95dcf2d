"""The client's second try at frontmatter that is not YAML: it quotes some plain values.

It also takes a tab at the start of a line for two spaces.
"""

from __future__ import annotations

from agentpack.document import yaml12
from agentpack.document.fault import YamlError
from agentpack.document.scalars import SPACE
from agentpack.lazy import lazy

_LINE = lazy(rf"([A-Za-z_-]+):[{SPACE}]+([^\n\r\u2028\u2029]+)")
_SUSPECT = lazy(r"[{}\[\]*&#!|>%@`]|: ")


def mended(block: str, client: str) -> str:
    """The block as the client parses it when it did not parse as written."""
    return "\n".join(_mended_line(_untabbed(line), client) for line in block.split("\n"))


def _untabbed(line: str) -> str:
    """The line with two spaces for each tab it begins with."""
    rest = line.lstrip("\t")
    return "  " * (len(line) - len(rest)) + rest


def _mended_line(line: str, client: str) -> str:
    found = _LINE.fullmatch(line)
    if found is None:
        return line
    key, value = found[1], found[2]
    if _SUSPECT.search(value) is None or _quoted(value) or _is_list(value, client):
        return line
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{key}: "{escaped}"'


def _quoted(value: str) -> bool:
    return any(value.startswith(quote) and value.endswith(quote) for quote in "\"'")


def _is_list(value: str, client: str) -> bool:
    if not (value.startswith("[") and value.endswith("]")):
        return False
    try:
        return yaml12.is_list(value, client)
    except YamlError:
        return False
