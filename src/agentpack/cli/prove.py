"""`agentpack prove`: run every block of a pack's pages, and tell which do what they say."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from agentpack import pack
from agentpack.cli import FOUND, OK, parser
from agentpack.errors import AgentpackError
from agentpack.project import unknown

SOURCE = "the pack: SOURCE[@REF][#PLUGIN] [.]"


def arguments(options: argparse.ArgumentParser) -> None:
    """What is run, with what, and how it is held."""
    add = options.add_argument
    add("--yes", action="store_true", help="run the code of a pack that comes from elsewhere")
    add(
        "--select", action="append", default=[], metavar="PATH", help="only these pages; repeatable"
    )
    add(
        "--strict",
        action="store_true",
        help="fail on fragments, missing parts, lines that never run, and warnings",
    )
    add("--python", metavar="PATH", help="the interpreter that runs the samples [this one]")
    add("--timeout", type=_seconds, default=60.0, metavar="S", help="most for a block [60]")
    add("--memory", type=int, default=4096, metavar="MB", help="most for a process [4096]")
    add("--jobs", type=int, default=0, metavar="N", help="pages at once [one a processor]")
    add("--trust", action="store_true", help="take away no network and no disk from the code")
    add("--facts", action="store_true", help="list the claims with versions, and how they stand")
    add("--stamp", action="store_true", help="write today's versions into the claims that are true")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def run(args: argparse.Namespace) -> int:
    """Prove; anything broken, or a claim that is no longer true, exits with 1."""
    # Imported here: `--help` needs none of it.
    from agentpack.proof import Limits, Options, prove  # noqa: PLC0415
    from agentpack.report import proof as report  # noqa: PLC0415
    from agentpack.report.terminal import Style  # noqa: PLC0415

    origin, found = pack.fetch(args.source)
    if origin.kind in {"git", "wheel"} and not args.yes:
        raise AgentpackError(
            "to prove a pack runs the code in its pages, and this one comes from elsewhere",
            path=args.source,
            mend="read it first, then give --yes",
        )
    options = Options(
        python=_interpreter(args.python),
        strict=args.strict,
        select=tuple(args.select),
        limits=Limits(args.timeout, args.memory, confine=not args.trust),
        jobs=args.jobs,
    )
    print(f"agentpack: runs the code in the pages of {found.name}", file=sys.stderr)
    proof = prove(found, unknown(), options)
    if args.stamp:
        from agentpack.proof.stamp import stamp  # noqa: PLC0415

        for path in stamp(proof, found, unknown()):
            print(f"agentpack: stamped {path}", file=sys.stderr)
    parser.show(
        args,
        lambda: report.to_json(proof),
        lambda: report.to_text(proof, Style.of_stdout(), facts=args.facts),
    )
    return OK if proof.sound else FOUND


def _interpreter(given: str | None) -> str:
    if given is None:
        return sys.executable
    found = shutil.which(given)
    if found is None:
        raise AgentpackError("no such interpreter", path=given)
    return str(Path(found).absolute())
