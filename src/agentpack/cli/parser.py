"""What every command's options have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType, SimpleNamespace

from agentpack.errors import AgentpackError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parse(name: str, words: str, command: ModuleType, given: list[str]) -> Any:
    """Read a command's arguments; every command has a place to work on, and --format.

    A command's module says `arguments(parser)`, and may say `PATHS` (it takes several
    paths) and `FORMATS`.
    """
    several = getattr(command, "PATHS", False)
    args = _plain(command, given) if several else None
    args = args or _parse(name, words, command, given)
    if several:
        args.given = bool(args.paths)
        args.paths = args.paths or [Path()]
    return args


class _Options:
    """Takes down what a parser would be told: by its name, what an option is and is not given."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, Any] = {}

    def add_argument(self, name: str, **how: Any) -> None:
        flag = how.get("action") == "store_true"
        self.flags.update([name] if flag else ())
        self.values[_key(name)] = how.get("default", False if flag else None)


def _plain(command: ModuleType, given: list[str]) -> SimpleNamespace | None:
    """What is given, where that is paths, flags and a format; all else is left to argparse.

    To import argparse, and to tell it everything, takes as long as to lint twenty files.
    """
    options = _Options()
    command.arguments(options)
    values = {**options.values, "format": "text"}
    paths: list[Path] = []
    words = iter(given)
    before = ""
    for word in words:
        if word in options.flags:
            values[_key(word)] = True
        elif word == "--format" and (form := next(words, None)) in _formats(command):
            values["format"] = form
        elif word[:1] != "-" and (not paths or before[:1] != "-"):
            paths.append(Path(word))
        else:
            return None
        before = word
    return SimpleNamespace(paths=paths, **values)


def _key(name: str) -> str:
    return name.lstrip("-").replace("-", "_")


def _formats(command: ModuleType) -> tuple[str, ...]:
    formats: tuple[str, ...] = getattr(command, "FORMATS", ("text", "json"))
    return formats


def _parse(name: str, words: str, command: ModuleType, given: list[str]) -> Any:
    from argparse import ArgumentParser, HelpFormatter  # noqa: PLC0415

    class Parser(ArgumentParser):
        """An argument parser whose errors are ours: one line, no usage dump."""

        def error(self, message: str) -> Any:
            raise AgentpackError(message, mend=f"see: {self.prog} --help")

    class OfAnyWidth(HelpFormatter):
        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=80)

    parser = Parser(
        prog=f"agentpack {name}",
        description=words,
        allow_abbrev=False,
        # Every argument that is added asks for a formatter; without a width that imports shutil.
        formatter_class=OfAnyWidth,
    )
    add = parser.add_argument
    if getattr(command, "PATHS", False):
        add("paths", nargs="*", type=Path, metavar="PATH", help="what to work on [.]")
    else:
        add("root", nargs="?", type=Path, default=Path(), metavar="DIR", help="the project [.]")
    command.arguments(parser)
    add("--format", choices=_formats(command), default="text")
    parser.formatter_class = HelpFormatter
    return parser.parse_args(given)


def require_known(name: str, commands: Iterable[str]) -> None:
    """Raise, with a suggestion, if there is no such command."""
    if name in commands:
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    close = get_close_matches(name, commands, n=1)
    mend = f"did you mean {close[0]!r}?" if close else "see: agentpack --help"
    raise AgentpackError(f"no command {name!r}", mend=mend)


def show(args: Any, to_json: Callable[[], Any], to_text: Callable[[], str]) -> None:
    """Print a command's result in the format that was asked for."""
    if args.format != "json":
        print(to_text())
        return
    import json  # noqa: PLC0415 - text is what most ask for

    print(json.dumps(to_json(), indent=2, ensure_ascii=False))
