"""`agentpack audit`: find the failures in FastAPI code that no test of it shows."""

from __future__ import annotations

import gc
from pathlib import Path

from agentpack.audit.config import AUDIT, rules
from agentpack.audit.look import look
from agentpack.audit.rule import load
from agentpack.audit.run import audit
from agentpack.cli import FOUND, OK
from agentpack.cli.findings import FORMATS, beyond_baseline, show
from agentpack.errors import AgentpackError
from agentpack.finding import Finding, Severity
from agentpack.lint.config import chosen, configured
from agentpack.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

__all__ = ["FORMATS", "arguments", "run"]


def arguments(options: argparse.ArgumentParser) -> None:
    """Which rules, which findings, and how they are shown."""
    add = options.add_argument
    add("--select", action="append", default=[], metavar="RULE", help="only this rule; repeatable")
    add("--ignore", action="append", default=[], metavar="RULE", help="not this rule")
    add("--baseline", type=Path, metavar="FILE", help="count only what is not in this file")
    add("--write-baseline", action="store_true", help="write the findings to --baseline's file")
    add("--statistics", action="store_true", help="only how often each rule fired")


def run(args: argparse.Namespace) -> int:
    """Audit, and show what was found; an error exits with 1, a warning does not."""
    if args.write_baseline and not args.baseline:
        raise AgentpackError("--write-baseline needs --baseline FILE")
    findings = beyond_baseline(args, _findings(args))
    show(args, findings, lambda name: load(name).manual)
    return FOUND if any(one.severity is Severity.ERROR for one in findings) else OK


def _findings(args: argparse.Namespace) -> tuple[Finding, ...]:
    config = chosen(configured(args.root, AUDIT), AUDIT, select=args.select, ignore=args.ignore)
    # Syntax trees stay until the end: to look for garbage among them takes half of the time.
    gc.disable()
    try:
        found = audit(look(args.root), rules(config))
    finally:
        gc.enable()
    shown = (
        replace(one, place=replace(one.place, path=(args.root / one.place.path).as_posix()))
        for one in found
    )
    return tuple(one for one in shown if config.keeps(one))
