"""Shell text: the commands in a line, and what a command that starts a server says.

A little over 300 lines: a quarter are tables of options, which are read by this code alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

RUNNERS = ("uv", "poetry", "pdm", "pipenv", "hatch", "rye")
ASSIGN = re.compile(r"[A-Za-z_]\w*=")
VALUED = frozenset(
    {
        "--with",
        "--env-file",
        "--directory",
        "--package",
        "--extra",
        "--group",
        "--python",
        "-p",
        "--project",
        "--only-group",
        "--no-group",
        "-C",
        "--with-requirements",
        "-e",
        "-f",
        "--dotenv",
        "--no-extra",
        "--env",
    }
)
WRAPPERS = frozenset(
    {
        "exec",
        "time",
        "sudo",
        "nohup",
        "command",
        "env",
        "opentelemetry-instrument",
        "ddtrace-run",
        "newrelic-admin",
        "run-program",
        "doppler",
        "op",
        "dotenv",
        "run",
        "--",
        "watchmedo",
        "nice",
        "tini",
        "dumb-init",
        "uvx",
        "cross-env",
        "then",
        "do",
        "else",
        "{",
        "(",
        "!",
        "call",
    }
)
SHELLS = frozenset({"bash", "sh", "zsh", "/bin/bash", "/bin/sh"})
SERVERS = frozenset({"uvicorn", "hypercorn", "gunicorn", "granian", "fastapi", "daphne"})
MODULES = SERVERS | {"pytest", "mypy", "ruff", "coverage", "pyright"}
"""Programs that are as well run as `python -m …` or by their path."""

NESTED = 3
"""How many shells within shells are read."""

SHORT = 2
"""Characters in a short option."""

TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(?:\(\))?$")
DEFAULT_PORT = 8000
"""What uvicorn, hypercorn, gunicorn, granian, daphne and fastapi listen on unless told."""


_SPECIAL = re.compile(r"""['"#;|&\n()]""")
_QUOTED = re.compile(r"""['"\\]""")


def split(text: str) -> list[str]:
    """Split a shell line into its simple commands; quotes hold, a comment ends it."""
    if not _SPECIAL.search(text):
        return [text.strip()] if text.strip() else []
    pieces: list[str] = []
    start = position = 0
    quote = ""
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\" and quote == '"':
                position += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "#" and (position == 0 or text[position - 1].isspace()):
            text = text[:position]
            break
        elif char in ";|&\n()" and text[max(position - 1, 0) : position + 2].count(">") == 0:
            if char == "(" and text[position - 1 : position] == "$":
                end = text.find(")", position)
                position = end + 1 if end > 0 else len(text)
                continue
            pieces.append(text[start:position])
            start = position + 1
        position += 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def words(piece: str) -> list[str]:
    """Split a simple command into words, however badly it is quoted."""
    if piece.isascii() and piece.isprintable() and not _QUOTED.search(piece):
        return piece.split()  # the same, and many times faster
    try:
        return shlex.split(piece)
    except ValueError:
        return piece.split()


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Put in the variables that are known, and the defaults of those that are not."""

    def value(match: re.Match[str]) -> str:
        name = next(
            (match[group] for group in ("brace", "paren", "just", "bare") if match[group]), ""
        )
        known = variables.get(name)
        if known is not None:
            return known
        return match["default"] if match["default"] is not None else match[0]

    pattern = (
        r"\$\{(?P<brace>\w+)(?::?-(?P<default>[^}]*))?\}|\$\((?P<paren>\w+)\)"
        r"|\{\{\s*\.?(?P<just>\w+)\s*\}\}|\$\$?(?P<bare>\w+)"
    )
    return re.sub(pattern, value, text)


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: how it is typed, and the program that it comes down to."""

    text: str
    program: str
    arguments: tuple[str, ...]
    runner: str = ""
    contained: bool = False
    assignments: tuple[str, ...] = ()

    def option(self, *names: str) -> str | None:
        """Return the value of an option, whichever way it is written."""
        for number, word in enumerate(self.arguments):
            for name in names:
                if word == name and number + 1 < len(self.arguments):
                    return self.arguments[number + 1]
                if word.startswith(f"{name}="):
                    return word[len(name) + 1 :]
                short = len(name) == SHORT and word.startswith(name) and not word.startswith("--")
                if short and word[2:].lstrip("=")[:1].isdigit():
                    return word[2:].lstrip("=")
        return None

    @property
    def target(self) -> str:
        """The `module:attribute` or file that a server is asked to serve; empty where none."""
        for word in self.arguments:
            if TARGET.match(word):
                return word.removesuffix("()")
        if self.program == "fastapi":
            given = [word for word in self.arguments[1:] if word.endswith(".py")]
            return given[0] if given else ""
        return ""

    @property
    def reloads(self) -> bool:
        """Whether this is a server for development."""
        fastapi_dev = self.program == "fastapi" and self.arguments[:1] == ("dev",)
        return fastapi_dev or "--reload" in self.arguments or "--debug" in self.arguments

    @property
    def serves(self) -> bool:
        """Whether this starts an ASGI server."""
        if self.program == "fastapi":
            return self.arguments[:1] in {("dev",), ("run",)}
        if self.program not in SERVERS:
            return False
        if {"--version", "--help"} & set(self.arguments):
            return False
        return bool(self.target)

    def port(self) -> str | None:
        """Return the port as it is written, or None."""
        if self.program not in SERVERS:
            return self.option("--port", "-p")
        names = ["--port"] + (["-p"] if self.program in {"granian", "daphne"} else [])
        stated = self.option(*names)
        bind = self.option("--bind", "-b") if self.program in {"gunicorn", "hypercorn"} else None
        if stated is None and bind:
            return bind.rsplit(":", 1)[-1] if ":" in bind else None
        return stated


def _skip_options(rest: list[str]) -> list[str]:
    while rest and rest[0].startswith("-") and rest[0] not in {"-m", "--module"}:
        rest = rest[2:] if rest[0] in VALUED and "=" not in rest[0] else rest[1:]
    return rest


def _unwrapped(rest: list[str]) -> list[str] | None:
    """Return the words after a wrapper, or None where the first word is the program."""
    head, following = rest[0], rest[1:]
    if head in RUNNERS and following[:1] == ["run"]:
        return _skip_options(following[1:])
    if head == "docker-compose":
        return _compose(following)
    if head in {"docker", "podman"} and following[:1] == ["compose"]:
        return _compose(following[1:])
    if head in WRAPPERS:
        return _skip_options(following)
    python = re.fullmatch(r"(?:\S*/)?python[\d.]*", head)
    if python and following[:1] == ["-m"] and following[1:] and following[1] in MODULES:
        return following[1:]
    return None


# Several facts are looked for in the same lines.
@lru_cache(maxsize=8192)
def parse(piece: str) -> Command:
    """Read a simple command down to its program: past variables, runners and wrappers."""
    rest = words(piece.lstrip("@-+ \t"))
    runner = ""
    contained = False
    assignments: list[str] = []
    while rest:
        head = rest[0]
        if ASSIGN.match(head):
            assignments.append(head)
            rest = rest[1:]
            continue
        inner = _unwrapped(rest)
        if inner is None:
            break
        runner = runner or (head if head in RUNNERS else "")
        contained = contained or head in {"docker", "podman", "docker-compose"}
        rest = inner
    program = rest[0] if rest else ""
    if "/" in program and program.rsplit("/", 1)[-1] in MODULES:
        program = program.rsplit("/", 1)[-1]
    return Command(piece.strip(), program, tuple(rest[1:]), runner, contained, tuple(assignments))


def _compose(rest: list[str]) -> list[str] | None:
    """Return the command run in a service, None for the other compose commands."""
    while rest and rest[0].startswith("-"):
        rest = (
            rest[2:] if rest[0] in {"-f", "--file", "-p", "--profile", "--env-file"} else rest[1:]
        )
    if rest[:1] not in (["exec"], ["run"]):
        return None
    rest = rest[1:]
    valued = {"-e", "--env", "-w", "--workdir", "-u", "--user", "-p", "--publish", "--name"}
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in valued else rest[1:]
    return rest[1:]


@lru_cache(maxsize=8192)  # Each fact looks through the same lines.
def commands(text: str, *, depth: int = 0) -> tuple[Command, ...]:
    """Read all commands of a shell line, also those inside `bash -c '…'` and `concurrently`."""
    found: list[Command] = []
    for piece in split(text):
        command = parse(piece)
        nested = [word for word in command.arguments if " " in word]
        opens = command.program in SHELLS or command.program in {"concurrently", "npm-run-all"}
        if opens and nested and depth < NESTED:
            for word in nested:
                found += commands(word, depth=depth + 1)
        found.append(command)
    return tuple(found)


def starter(command: Command, is_starter: Callable[[str], str | None]) -> str | None:
    """Return the file of a `python …` command that starts the server, or None.

    Args:
        command: the command.
        is_starter: tells the path of the file behind `x.py` or `module.name` if that file
            starts a server.

    """
    program = command.program.rsplit("/", 1)[-1]
    if program.endswith(".py"):
        return is_starter(command.program)
    if not re.fullmatch(r"python[\d.]*|py", program):
        return None
    arguments = [word for word in command.arguments if word not in {"-u", "-O", "-B"}]
    if arguments[:1] == ["-m"] and len(arguments) > 1:
        return is_starter(arguments[1])
    return is_starter(arguments[0]) if arguments and arguments[0].endswith(".py") else None
