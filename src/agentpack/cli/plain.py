"""Arguments that need no argparse: paths, flags and a format.

To import argparse, and to tell it every option, takes as long as to lint twenty files. What is
not as plain as that, and all that may be wrong, is left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Given(SimpleNamespace):
    """What is given, as argparse would tell it."""

    def __contains__(self, name: str) -> bool:
        return name in vars(self)


def parse(command: ModuleType, given: Sequence[str]) -> Given | None:
    """What is given to a command that takes several paths; None if only argparse can tell."""
    if not getattr(command, "PATHS", False):
        return None
    options = _Options()
    command.arguments(options)
    values = {**options.values, "format": "text"}
    paths: list[Path] = []
    words = iter(given)
    before = ""
    for word in words:
        if word in options.flags:
            values[_key(word)] = True
        elif word == "--format" and (shape := next(words, None)) in _formats(command):
            values["format"] = shape
        elif word[:1] != "-" and (not paths or before[:1] != "-"):
            paths.append(Path(word))
        else:
            return None
        before = word
    return Given(paths=paths or [Path()], given=bool(paths), **values)


class _Options:
    """Takes down what a parser would be told: by its name, what an option is if not given."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, Any] = {}

    def add_argument(self, name: str, **how: Any) -> None:
        flag = how.get("action") == "store_true"
        self.flags.update([name] if flag else ())
        self.values[_key(name)] = how.get("default", False if flag else None)


def _key(name: str) -> str:
    return name.lstrip("-").replace("-", "_")


def _formats(command: ModuleType) -> tuple[str, ...]:
    formats: tuple[str, ...] = getattr(command, "FORMATS", ("text", "json"))
    return formats
