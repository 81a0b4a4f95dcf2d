"""`agentpack diff`: what differs, line by line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentpack.cli import OK, parser
from agentpack.cli.compose import Composed, compose, installed
from agentpack.install import Difference, Lock, require_ledger
from agentpack.install.differences import newest, upstream, yours
from agentpack.report import differences as report
from agentpack.report.terminal import Style

SCOPED = True


def arguments(options: argparse.ArgumentParser) -> None:
    """What to compare with, and how to show it."""
    add = options.add_argument
    add("--pack", action="store_true", help="compare with what the packs have now")
    shape = options.add_mutually_exclusive_group()
    shape.add_argument("--stat", action="store_true", help="only how many lines differ")
    shape.add_argument("--patch", action="store_true", help="a patch for git apply, plain")
    shape.add_argument(
        "--upstream", action="store_true", help="a patch of the pack's own files, to send there"
    )


def run(args: argparse.Namespace) -> int:
    """Show what you changed since it was installed."""
    lock = require_ledger(args.root)
    if args.pack:
        composed = compose(args.root, installed(args.root, lock, lenient=True))
        found = list(newest(args.root, lock, composed.offers))
    else:
        found = list(yours(args.root, lock))
        if args.upstream:
            composed = compose(args.root, installed(args.root, lock, lenient=True))
            found = list(_upstream(args.root, lock, composed, found))
    style = Style.of_stdout()
    if args.format == "text" and (args.patch or args.upstream):
        print(report.to_patch(found), end="")
        return OK
    parser.show(
        args,
        lambda: report.to_json(found),
        lambda: (report.to_stat if args.stat or not found else report.to_text)(found, style),
    )
    return OK


def _upstream(
    root: Path, lock: Lock, composed: Composed, found: Iterable[Difference]
) -> Iterator[Difference]:
    """Each edit on the file of the pack that was rendered."""
    for one in found:
        source = composed.sources.get(one.path)
        edit = None
        if source is not None:
            folder = composed.roots[lock.owner(one.path) or ""]
            edit = upstream(one, source, source.relative_to(folder).as_posix())
        if edit:
            yield edit
        else:
            why = "touches what the pack fills in" if source else "is no longer in the pack"
            print(f"agentpack: {root / one.path}: left out: the edit {why}", file=sys.stderr)
