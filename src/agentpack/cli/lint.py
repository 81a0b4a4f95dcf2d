"""`agentpack lint`: find faults in agents and skills."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from agentpack.cli import FOUND, OK
from agentpack.cli.findings import FORMATS, beyond_baseline, lines, show
from agentpack.errors import AgentpackError
from agentpack.finding import Finding
from agentpack.lint.config import Config, chosen, configured
from agentpack.lint.look import look
from agentpack.lint.rule import Rule, names
from agentpack.lint.run import lint
from agentpack.lint.scene import Scene
from agentpack.lint.trees import enclosing, trees
from agentpack.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

__all__ = ["FORMATS", "PATHS", "arguments", "run"]

PATHS = True
_EVERY = 0.5  # seconds between two looks of --watch


def arguments(options: argparse.ArgumentParser) -> None:
    """Which rules, which findings, and how they are shown."""
    add = options.add_argument
    add("--select", action="append", default=[], metavar="RULE", help="only this rule; repeatable")
    add("--extend-select", action="append", default=[], metavar="RULE", help="this rule too")
    add("--ignore", action="append", default=[], metavar="RULE", help="not this rule")
    add("--spec", action="store_true", help="only whether the portable Agent Skills spec is kept")
    add("--client", metavar="VERSION", help="the Claude Code to lint for [the newest known]")
    add("--baseline", type=Path, metavar="FILE", help="count only what is not in this file")
    add("--write-baseline", action="store_true", help="write the findings to --baseline's file")
    add("--statistics", action="store_true", help="only how often each rule fired")
    add("--stdin-filename", metavar="PATH", help="what the text from standard input (-) is called")
    add("--fix", action="store_true", help="mend what can be mended safely, and show the changes")
    add("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: guessed mends as well")
    add("--watch", action="store_true", help="lint again whenever a file changes")


def run(args: argparse.Namespace) -> int:
    """Lint, and show what was found; any finding exits with 1."""
    if args.write_baseline and not args.baseline:
        raise AgentpackError("--write-baseline needs --baseline FILE")
    if args.unsafe_fixes and not (args.fix or args.diff):
        raise AgentpackError("--unsafe-fixes needs --fix or --diff")
    if not args.watch:
        return _once(args)
    import time  # noqa: PLC0415

    while True:
        # Taken before the files are read, so that no change falls between.
        before = _stamp(args.paths)
        print("\033[2J\033[H" if sys.stdout.isatty() else "", end="")
        _once(args)
        sys.stdout.flush()
        while _stamp(args.paths) == before:
            time.sleep(_EVERY)


def _once(args: argparse.Namespace) -> int:
    # Pages stay until the end and hold no cycles: to look for some is a tenth of the time.
    args.guessed = 0
    gc.disable()
    try:
        findings = tuple(
            finding
            for path in args.paths
            for finding in (_stdin(args) if str(path) == "-" else _path(path, args))
        )
    finally:
        gc.enable()
    findings = beyond_baseline(args, findings)
    show(args, findings, _manual)
    _more(args)
    return FOUND if findings else OK


def _path(path: Path, args: argparse.Namespace) -> list[Finding]:
    if not path.exists():
        raise AgentpackError("there is no such file or folder", path=path)
    around = enclosing(path)
    roots = trees(around) if around else ()
    if roots:
        # What a file says of others can be judged only among them.
        whole, place = _roots(roots, path, args), path.resolve()
        return [one for one in whole if Path(one.place.path).resolve().is_relative_to(place)]
    return _roots(trees(path), path, args)


def _roots(roots: Sequence[Path], path: Path, args: argparse.Namespace) -> list[Finding]:
    config = _config(path, args)
    rules = config.rules()
    findings = []
    seen = 0
    for root in roots:
        base = root if root.is_dir() else root.parent
        scene = look(root, config.client)
        seen += len(scene.pages) + len(scene.roster.dropped)
        found = lint(scene, rules)
        if args.fix or args.diff:
            found = _mend(args, base, scene, found, rules)
        for finding in found:
            shown = (base / finding.place.path).as_posix()
            # A name that is no text cannot be printed.
            shown = shown.encode(errors="replace").decode()
            moved = replace(finding, place=replace(finding.place, path=shown))
            if config.keeps(moved):
                findings.append(moved)
    if not seen:
        raise AgentpackError("no agents and no skills here", path=path)
    return findings


def _mend(
    args: argparse.Namespace,
    base: Path,
    scene: Scene,
    found: Sequence[Finding],
    rules: Sequence[Rule],
) -> tuple[Finding, ...]:
    """Mend, or show the mends; what is left to find afterwards."""
    from agentpack.lint.fix import mend  # noqa: PLC0415
    from agentpack.lint.write import write  # noqa: PLC0415

    mended = mend(scene, found, unsafe=args.unsafe_fixes)
    for one in mended:
        print(one.diff, end="", file=sys.stdout if args.format == "text" else sys.stderr)
        if args.fix:
            write(base, one)
    left = lint(look(base, scene.roster.client), rules) if args.fix and mended else tuple(found)
    if args.format == "text" and not args.unsafe_fixes:
        args.guessed += sum(len(one.rules) for one in mend(scene, found, unsafe=True))
        args.guessed -= sum(len(one.rules) for one in mended)
    return left


def _stdin(args: argparse.Namespace) -> list[Finding]:
    """Standard input as the one file of a tree, so that it is read as it would be in place."""
    import tempfile  # noqa: PLC0415

    name = args.stdin_filename or ".claude/agents/stdin.md"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(name).name
        if file.name == "SKILL.md":
            file = Path(folder) / "skills" / (Path(name).parent.name or "skill") / file.name
            file.parent.mkdir(parents=True)
        file.write_bytes(sys.stdin.buffer.read())
        config = _config(Path(), args)
        found = lint(look(file, config.client), config.rules())
    return [replace(finding, place=replace(finding.place, path=name)) for finding in found]


def _config(path: Path, args: argparse.Namespace) -> Config:
    return chosen(
        configured(path),
        client=args.client,
        select=[name for name in names() if name.startswith("spec-")] if args.spec else args.select,
        extend_select=args.extend_select,
        ignore=args.ignore,
    )


def _manual(name: str) -> str:
    from agentpack.lint.rule import load  # noqa: PLC0415

    return load(name).manual


def _more(args: argparse.Namespace) -> None:
    """Say how many mends are left out."""
    if args.guessed and args.format == "text" and not args.statistics:
        from agentpack.report.terminal import count  # noqa: PLC0415

        print(f"{count(args.guessed, 'more mend')} with --unsafe-fixes: look at each.")


def _stamp(paths: Sequence[Path]) -> tuple[tuple[str, int], ...]:
    """Every Markdown file with its time of change."""
    lines.cache_clear()
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.md"))]
    return tuple(sorted((str(file), file.stat().st_mtime_ns) for file in files if file.is_file()))
