"""What every command's options have in common."""

from __future__ import annotations

import argparse
import difflib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are ours: one line, no usage dump."""

    def error(self, message: str) -> Any:
        raise AgentpackError(message, mend=f"see: {self.prog} --help")


def parse(
    name: str,
    words: str,
    arguments: Callable[[argparse.ArgumentParser], None],
    given: list[str],
) -> argparse.Namespace:
    """Read a command's arguments; DIR and --format are every command's."""
    parser = _Parser(prog=f"agentpack {name}", description=words, allow_abbrev=False)
    parser.add_argument(
        "root", nargs="?", type=Path, default=Path(), metavar="DIR", help="the project [.]"
    )
    arguments(parser)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    return parser.parse_args(given)


def require_known(name: str, commands: Iterable[str]) -> None:
    """Raise, with a suggestion, if there is no such command."""
    if name in commands:
        return
    close = difflib.get_close_matches(name, commands, n=1)
    mend = f"did you mean {close[0]!r}?" if close else "see: agentpack --help"
    raise AgentpackError(f"no command {name!r}", mend=mend)


def show(args: argparse.Namespace, to_json: Callable[[], Any], to_text: Callable[[], str]) -> None:
    """Print a command's result in the format that was asked for."""
    print(
        json.dumps(to_json(), indent=2, ensure_ascii=False) if args.format == "json" else to_text()
    )
