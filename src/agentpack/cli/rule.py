"""`agentpack rule`: the manual of a rule of lint or of the audit, or the list of all."""

from __future__ import annotations

import argparse

from agentpack.audit import rule as audit
from agentpack.cli import OK, parser
from agentpack.lint.config import Book, known
from agentpack.lint.rule import Rule, load, names
from agentpack.report import rules as report
from agentpack.report.terminal import Style

PATHS = True
FORMATS = ("text", "json", "markdown")


def arguments(options: argparse.ArgumentParser) -> None:
    """Of which of the two, where no rule is named."""
    options.add_argument("--audit", action="store_true", help="the rules of the audit, not of lint")


def run(args: argparse.Namespace) -> int:
    """Print one manual, or a line for each rule."""
    rules: list[Rule | audit.Rule]
    if args.given:
        both = Book("rule", lambda: (*names(), *audit.names()))
        named = [known(str(name), book=both) for name in args.paths]
        rules = [audit.load(name) if name in audit.names() else load(name) for name in named]
    elif args.audit:
        rules = [audit.load(name) for name in audit.names()]
    else:
        rules = [load(name) for name in names()]
    if args.format == "markdown":
        print(report.to_markdown(rules, report.OF_AUDIT if args.audit else report.OF_LINT), end="")
        return OK
    parser.show(
        args,
        lambda: report.to_json(rules),
        lambda: report.to_text(rules, Style.of_stdout(), whole=args.given),
    )
    return OK
