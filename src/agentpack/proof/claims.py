"""Claims with versions: read from a page, held against what ran, and stamped anew.

A claim is a line of a page that ends with `<!-- proven: fastapi 0.165.0 (2026-11) -->`. What shows
it are the blocks behind it in its section, or, with `by PAGE#HEADING`, those of another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CLAIM = re.compile(r"<!--\s*proven\b(?P<says>.*?)-->")
_SAYS = re.compile(
    r"(?::\s*(?P<versions>[^()]*?))?"
    r"(?:\s*\((?P<date>\d{4}-\d{2})\))?"
    r"(?:\s+by\s+(?P<by>\S+))?\s*"
)
_VERSION = re.compile(r"(?P<name>[A-Za-z][\w.\[\]-]*)(?:\s+(?P<version>\d[\w.+!-]*))?")


@dataclass(frozen=True, slots=True)
class Written:
    """A claim as its line says it."""

    line: int
    words: str
    versions: tuple[tuple[str, str | None], ...]
    date: str | None
    by: str | None


def written(line: str, number: int) -> Written | None:
    """The claim of a line; None if it makes none.

    Raises:
        ValueError: it cannot be understood.
    """
    found = _CLAIM.search(line)
    if found is None:
        return None
    says = _SAYS.fullmatch(found["says"].rstrip())
    if says is None or line[found.end() :].strip():
        raise ValueError(f"no claim: {found[0]}; write <!-- proven: NAME VERSION (YYYY-MM) -->")
    versions = []
    for part in filter(None, (part.strip() for part in (says["versions"] or "").split(","))):
        one = _VERSION.fullmatch(part)
        if one is None:
            raise ValueError(f"no distribution and version: {part!r}")
        versions.append((one["name"], one["version"]))
    words = re.sub(r"^[\s>*+#-]+|\d+\.\s", "", line[: found.start()]).strip()
    return Written(number, words, tuple(versions), says["date"], says["by"])


def stamped(text: str, fresh: Mapping[int, Sequence[tuple[str, str | None]]], date: str) -> str:
    """A page's text, with the claims on these lines saying these versions and this date."""
    lines = text.splitlines(keepends=True)
    for number, versions in fresh.items():
        found = _CLAIM.search(lines[number - 1])
        says = _SAYS.fullmatch(found["says"].rstrip()) if found else None
        if found is None or says is None:
            continue
        told = ", ".join(f"{name} {version}" for name, version in versions if version)
        by = f" by {says['by']}" if says["by"] else ""
        comment = f"<!-- proven: {told} ({date}){by} -->"
        line = lines[number - 1]
        lines[number - 1] = line[: found.start()] + comment + line[found.end() :]
    return "".join(lines)
