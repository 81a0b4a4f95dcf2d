"""A command that a project gives a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


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


def continued(lines: list[str]) -> Iterator[tuple[str, int]]:
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
