"""`agentpack rule`: the manual of a rule, or the list of all."""

from __future__ import annotations

import argparse

from agentpack.cli import OK, parser
from agentpack.lint.config import known
from agentpack.lint.rule import load, names
from agentpack.report import rules as report
from agentpack.report.terminal import Style

PATHS = True
FORMATS = ("text", "json", "markdown")


def arguments(options: argparse.ArgumentParser) -> None:
    """None but the rule's name."""


def run(args: argparse.Namespace) -> int:
    """Print one manual, or a line for each rule."""
    wanted = [known(str(name)) for name in args.paths] if args.given else list(names())
    rules = [load(name) for name in wanted]
    if args.format == "markdown":
        print(report.to_markdown(rules), end="")
        return OK
    parser.show(
        args,
        lambda: report.to_json(rules),
        lambda: report.to_text(rules, Style.of_stdout(), whole=args.given),
    )
    return OK
