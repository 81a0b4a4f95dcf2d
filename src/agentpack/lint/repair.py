"""Frontmatter that only a lenient reader can read, or none, written as YAML that all can.

The text stays the author's: values are quoted, indented or laid out as a block, and
nothing else moves.
"""

from __future__ import annotations

import re

from agentpack.lazy import lazy
from agentpack.lint.page import Page
from agentpack.lint.vocabulary import KEYS

_KEY = lazy(r"(?P<key>[A-Za-z][\w-]*)[ \t]*:(?:[ \t]+(?P<value>.*))?$")
_BLOCK = lazy(r"[|>][+-]?\d*[+-]?(?:[ \t]+#.*)?$")
_FLOW_OR_QUOTED = ("[", "{", '"', "'", "&", "*", "!")
_PAIRS = {"[": "]", "{": "}", '"': '"', "'": "'"}
_RISKY = lazy(r": |:$| #|^[\-?:,\[\]{}#&*!|>'\"%@`]|^\s|\s$")


def strict(page: Page) -> str | None:
    """The page's source with frontmatter in plain, strict YAML; None where it is not understood."""
    source = page.document.source
    head, block, rest = _cut(source)
    if not block:
        return None
    end = "\r\n" if "\r\n" in block else "\n"
    entries = _entries([line.rstrip("\r") for line in block.rstrip("\r\n").split("\n")])
    if entries is None or any(_unclosed(entry[0]) for entry in entries):
        return None
    lines = [line for entry in entries for line in _written(entry)]
    return head + end.join(lines) + end + rest


def _cut(source: str) -> tuple[str, str, str]:
    """What stands before, in and after the frontmatter; a fence counts on a line of its own."""
    match = re.match(r"\ufeff?---[ \t]*\r?\n", source)
    close = (
        re.compile(r"^---[ \t]*\r?$", re.MULTILINE).search(source, match.end()) if match else None
    )
    if match is None or close is None:
        return source, "", ""
    return source[: match.end()], source[match.end() : close.start()], source[close.start() :]


def _entries(lines: list[str]) -> list[list[str]] | None:
    """The lines of each key, the key's own first."""
    entries: list[list[str]] = []
    for raw in lines:
        body = raw.lstrip("\t")
        line = "  " * (len(raw) - len(body)) + body
        found = _KEY.match(line)
        begins = found is not None and (found["key"] in KEYS or not _in_text(entries))
        if begins or line.startswith("#"):
            entries.append([line])
        elif entries:
            entries[-1].append(line)
        elif line.strip():
            return None
    return entries


def _in_text(entries: list[list[str]]) -> bool:
    """Whether the last key is one whose value is prose, that may go on in further lines."""
    return bool(entries) and entries[-1][0].startswith(("description:", "when_to_use:"))


def _written(entry: list[str]) -> list[str]:
    found = _KEY.match(entry[0])
    if found is None:
        return entry
    key, value = found["key"], (found["value"] or "").rstrip()
    more = entry[1:]
    if _BLOCK.match(value) or (not value and more):
        return entry
    said = [line for line in more if line.strip()]
    if said and not value.startswith(_FLOW_OR_QUOTED):
        if all(line.startswith((" ", "-")) for line in said) and not _RISKY.search(value):
            return entry
        return [
            f"{key}: |-",
            *(f"  {line.strip()}" if line.strip() else "" for line in [value, *more]),
        ]
    if said or not _RISKY.search(value) or _closed(value):
        return entry
    return [f"{key}: '" + value.replace("'", "''") + "'", *more]


def _unclosed(line: str) -> bool:
    """Whether a value opens a quote or a bracket that it never closes, so that it has no end."""
    found = _KEY.match(line)
    value = (found["value"] or "") if found else ""
    return value[:1] in _PAIRS and _PAIRS[value[0]] not in value[1:]


def _closed(value: str) -> bool:
    """Whether a value is quoted or bracketed from its first character to its last."""
    if value[0] in "&*!":
        return True
    end = _PAIRS.get(value[0])
    return end is not None and value.endswith(end) and end not in value[1:-1].replace(end * 2, "")
