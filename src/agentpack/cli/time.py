"""`agentpack time`: curl's numbers, budgets, and why an endpoint is slow."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentpack.cli import FOUND, OK
from agentpack.errors import AgentpackError

PLACE = False
FORMATS = ("text", "json", "markdown", "junit", "html")
_VERBS = ("baseline", "export")
_COUNT = 20
_LOAD_S = 10.0


class _Curl(argparse.Action):
    """Keeps an option and its value, in their order, for what reads curl's options."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        del parser, option_string
        name = self.option_strings[0]
        namespace.curl = [*namespace.curl, name, *([values] if self.nargs is None else [])]


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def arguments(options: argparse.ArgumentParser) -> None:
    """What to time, how often, and against what."""
    options.set_defaults(curl=[])
    add = options.add_argument
    add(
        "what",
        nargs="*",
        metavar="URL",
        help="what to time; a path is the app's own [all safe operations of its OpenAPI]; "
        "or: -- curl ...; baseline ...: write the baseline; export ...: write a load test",
    )
    add("--app", metavar="M:A", help="serve this application [the project's own]")
    add("--project", type=Path, default=Path(), metavar="DIR", help="the project [.]")
    add("--openapi", metavar="URL", help="time the operations of this OpenAPI document")
    add("--unsafe", action="store_true", help="operations that may change data too")
    add("--scenario", type=Path, metavar="FILE", help="time the steps of this YAML file")
    add("-n", type=_whole, dest="count", metavar="N", help=f"samples of each [{_COUNT}]")
    add("--warmup", type=int, default=2, metavar="N", help="requests before them [2]")
    add("--concurrency", type=_whole, metavar="C", help="keep C requests under way")
    add("--rate", type=_positive, metavar="R", help="send R requests a second, come what may")
    add("--duration", type=_positive, metavar="S", help=f"how long, under load [{_LOAD_S:g}]")
    add("--timeout", type=_positive, default=30.0, metavar="S", help="most for a request [30]")
    add("--ready", type=_positive, default=30.0, metavar="S", help="most for the start [30]")
    add("--budget", type=_positive, metavar="S", help="most for any median [agentpack.toml, 2]")
    add("--check", action="store_true", help="exit 1 on a missed budget or a regression")
    add("--baseline", type=Path, metavar="FILE", help="compare with it [agentpack.toml's]")
    add("--explain", action="store_true", help="say why, of endpoints within their budget too")
    add("--show-curl", action="store_true", help="show the curl command of every endpoint")
    add("--locust", type=Path, metavar="FILE", help="with export: the file to write")
    add("-o", "--output", type=Path, metavar="FILE", help="write the report there")
    for names, words in (
        (("-X", "--request"), "as in curl: the method"),
        (("-H", "--header"), "a header"),
        (("-d", "--data"), "a body"),
        (("--data-raw",), "a body, @ has no meaning in it"),
        (("--data-binary",), "a body as it is"),
        (("--data-urlencode",), "a body, encoded"),
        (("--json",), "a body of JSON"),
        (("-F", "--form"), "a field of a form"),
        (("-u", "--user"), "name:password"),
        (("-b", "--cookie"), "cookies"),
    ):
        add(*names, action=_Curl, metavar="…", help=words)
    for names, words in (
        (("-G", "--get"), "send the data in the URL"),
        (("-k", "--insecure"), "take any certificate"),
        (("-L", "--location"), "follow redirects"),
    ):
        add(*names, action=_Curl, nargs=0, help=words)


def run(args: argparse.Namespace) -> int:
    """Time, and show the result; a failure exits with 1, with --check so does any fault."""
    if args.concurrency and args.rate:
        raise AgentpackError("--concurrency and --rate exclude each other")
    # Imported here: `--help` needs none of it.
    from agentpack.cli import timing  # noqa: PLC0415

    verb = args.what.pop(0) if args.what[:1] and args.what[0] in _VERBS else None
    if verb == "export":
        return timing.export(args)
    if verb == "baseline":
        return timing.write_baseline(args)
    result, before = timing.measured(args)
    text = timing.shown(args, result, before)
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    failed = any(endpoint.verdict == "failed" for endpoint in result.endpoints)
    missed = args.check and any(endpoint.verdict != "ok" for endpoint in result.endpoints)
    return FOUND if failed or missed else OK
