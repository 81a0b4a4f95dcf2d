"""What every command's options have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from agentpack.errors import AgentpackError


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are ours: one line, no usage dump."""

    def error(self, message: str) -> Any:
        raise AgentpackError(message, mend=f"see: {self.prog} --help")


class _OfAnyWidth(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=80)


def parse(name: str, words: str, command: ModuleType, given: list[str]) -> argparse.Namespace:
    """Read a command's arguments; every command has a place to work on, and --format.

    A command's module says `arguments(parser)`, and may say `PATHS` (it takes several
    paths), `SOURCE` (help for the one source that it takes instead of a project), `KINDS`
    (choices before a name), `NAME` (it takes a name before the project), `SCOPED` (it has
    --user), `PLACE` (False: it says itself what it works on, and gets `verbatim`, the words
    behind `--`) and `FORMATS`.
    """
    parser = _Parser(
        prog=f"agentpack {name}",
        description=words,
        allow_abbrev=False,
        # Every argument that is added asks for a formatter; without a width that imports shutil.
        formatter_class=_OfAnyWidth,
    )
    _places(parser, command)
    command.arguments(parser)
    if getattr(command, "SCOPED", False):
        parser.add_argument(
            "--user", action="store_true", help="your own ~/.claude instead of a project's"
        )
    parser.add_argument(
        "--format", choices=getattr(command, "FORMATS", ("text", "json")), default="text"
    )
    parser.formatter_class = argparse.HelpFormatter
    if not getattr(command, "PLACE", True):
        # Options may stand between what it works on; what follows -- is left as it is.
        end = given.index("--") if "--" in given else len(given)
        args = parser.parse_intermixed_args(given[:end])
        args.verbatim = given[end + 1 :]
        return args
    args = parser.parse_args(given)
    if "paths" in args:
        args.given = bool(args.paths)
        args.paths = args.paths or [Path()]
    if getattr(args, "user", False):
        if args.root != Path():
            raise AgentpackError("--user is for your home, and a project was named")
        args.root = Path.home()
    return args


def _places(parser: argparse.ArgumentParser, command: ModuleType) -> None:
    """What the command works on."""
    add = parser.add_argument
    if hasattr(command, "KINDS"):
        add("kind", choices=command.KINDS)
    if not getattr(command, "PLACE", True):
        return
    if getattr(command, "PATHS", False):
        add("paths", nargs="*", type=Path, metavar="PATH", help="what to work on [.]")
    elif hasattr(command, "SOURCE"):
        add("source", nargs="?", default=".", metavar="SOURCE", help=command.SOURCE)
    else:
        if hasattr(command, "NAME"):
            add("name", metavar="NAME", help=command.NAME)
        add("root", nargs="?", type=Path, default=Path(), metavar="DIR", help="the project [.]")


def require_known(name: str, commands: Iterable[str]) -> None:
    """Raise, with a suggestion, if there is no such command."""
    if name in commands:
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    close = get_close_matches(name, commands, n=1)
    mend = f"did you mean {close[0]!r}?" if close else "see: agentpack --help"
    raise AgentpackError(f"no command {name!r}", mend=mend)


def show(args: argparse.Namespace, to_json: Callable[[], Any], to_text: Callable[[], str]) -> None:
    """Print a command's result in the format that was asked for."""
    if args.format != "json":
        print(to_text())
        return
    import json  # noqa: PLC0415 - text is what most ask for

    print(json.dumps(to_json(), indent=2, ensure_ascii=False))
