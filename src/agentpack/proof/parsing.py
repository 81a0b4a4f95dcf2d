"""Blocks of data: parsed as what they say they are."""

from __future__ import annotations

import json
import re
import tomllib
from xml.etree import ElementTree as ET

import yaml

from agentpack.proof.values import Block
from agentpack.proof.verdicts import Opinion

_COMMENTS = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')
_MORE = re.compile(r"\.\.\.|…|\{\{|<[a-zA-Z][\w -]*>")


def parse(block: Block) -> Opinion:
    """Parse a block of JSON, YAML, TOML, XML or CSV."""
    try:
        _parse(block.language, block.source)
    except (ValueError, yaml.YAMLError, ET.ParseError, RecursionError) as error:
        return _opinion(block, error)
    return Opinion("runs")


def _parse(language: str, source: str) -> None:
    match language:
        case "json":
            json.loads(source)
        case "jsonc" | "json5":
            json.loads(_plain(source))
        case "jsonl":
            for line in source.splitlines():
                if line.strip():
                    json.loads(line)
        case "toml":
            tomllib.loads(source)
        case "yaml" | "yml":
            # Its structure: what a tag makes of a value is the reader's own program's.
            for _ in yaml.compose_all(source, yaml.CSafeLoader):
                pass
        case "xml":
            ET.fromstring(source)  # noqa: S314 - expat bounds what entities come to


def _plain(source: str) -> str:
    for unwanted in (_COMMENTS, _LAST_COMMA):
        source = unwanted.sub(lambda found: found[1] or "", source)
    return source


def _opinion(block: Block, error: Exception) -> Opinion:
    words = " ".join(str(error).split())[:200]
    line = _line(error)
    number = block.line + line if line else None
    if _MORE.search(block.source):
        return Opinion("fragment", f"a placeholder to fill in: {words}", number)
    if block.language == "json":
        try:
            json.loads(_plain(block.source))
        except ValueError:
            pass
        else:
            return Opinion("broken", "comments or a last comma: that is jsonc, not json", number)
    return Opinion("broken", words, number)


def _line(error: Exception) -> int | None:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    found = re.search(r"\bline (\d+)", str(error))
    return int(found[1]) if found else None
