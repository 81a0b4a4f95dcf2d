"""The command line: finds the command, and is the one boundary where errors end.

Exit codes: 0 clean; 1 findings, drift or conflict; 2 cannot run; 3 our bug; 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType

from agentpack import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {
    "init": "find out what is true of a project, and where it says so",
    "install": "render agents and skills for a project and write them into its .claude",
    "update": "bring what is installed up to date, and merge your edits with it",
    "status": "show what is installed, and what is no longer as it was",
    "diff": "show what you changed in what is installed",
    "resolve": "end a conflict of an update",
    "accept": "declare edits of installed files, so that status --check passes on them",
    "uninstall": "take away what install wrote",
    "list": "list the packs, agents and skills that are installed",
    "show": "show one of them: where it came from, and how its files stand",
    "inspect": "tell what Claude Code will load of agents and skills, and what it drops",
    "verify": "load a project's agents and skills in the real Claude Code",
    "lint": "find faults in agents and skills",
    "prove": "run the code in a pack's pages, and tell which of it does what it says",
    "audit": "find the failures in FastAPI code that no test of it shows",
    "build": "make a plugin and marketplace of a pack, or what other clients read",
    "new": "begin a pack, an agent or a skill that lints clean",
    "rule": "show the manual of a rule of lint or audit, or list all rules",
    "time": "time endpoints as curl does, and say which is too slow and why",
}

_STAGES = (".agentpack-stage", ".claude/.agentpack-stage")

OK, FOUND, CANNOT_RUN, BUG, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # `list` is a command of ours, and so a module of this package.
    arguments = [*(sys.argv[1:] if argv is None else argv)]
    if arguments in (["--version"], ["-V"]):
        print(f"agentpack {__version__}")
        return OK
    if arguments in ([], ["--help"], ["-h"], ["help"]):
        print(_help())
        return OK if arguments else CANNOT_RUN
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _run(arguments: list[str]) -> int:
    # Imported here: `--version` is to take no longer than Python's own start.
    # What is imported stays: to look for garbage meanwhile takes a tenth of the time.
    gc.disable()
    from importlib import import_module  # noqa: PLC0415

    from agentpack.cli import plain  # noqa: PLC0415
    from agentpack.errors import AgentpackError  # noqa: PLC0415

    name, *rest = arguments
    try:
        try:
            if name not in COMMANDS:
                _parser().require_known(name, COMMANDS)
            command = import_module(f"agentpack.cli.{name}")
        finally:
            gc.freeze()
            gc.enable()
        args = plain.parse(command, rest)
        args = args or _parser().parse(name, COMMANDS[name], command, rest)
        _recover(args.paths if "paths" in args else [args.root] if "root" in args else [])
        code: int = command.run(args)
    except AgentpackError as error:
        print(f"agentpack: {error}", file=sys.stderr)
        return CANNOT_RUN
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception:  # noqa: BLE001 - the boundary: whatever gets here is our bug
        import traceback  # noqa: PLC0415

        traceback.print_exc()
        print("agentpack: this is a bug in agentpack; please report it", file=sys.stderr)
        return BUG
    return code


def _parser() -> ModuleType:
    # Imported here: it needs argparse, which most calls do not.
    from agentpack.cli import parser  # noqa: PLC0415

    return parser


def _recover(places: Iterable[Path]) -> None:
    """Bring an interrupted install to its end before anything is looked at."""
    for place in places:
        # What finishes it is only imported where there is something to finish.
        if any(os.path.lexists(place / stage) for stage in _STAGES):
            from agentpack.install import settle_first  # noqa: PLC0415

            settle_first(place)


def _help() -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {words}" for name, words in COMMANDS.items())
    return (
        "Backend agents and skills for Claude Code, proven before anyone installs them.\n\n"
        "usage: agentpack COMMAND [DIR] [--format text|json] ...\n\n"
        f"{commands}\n\n"
        "  agentpack COMMAND --help  tells a command's options\n"
        "  agentpack --version       tells the version"
    )
