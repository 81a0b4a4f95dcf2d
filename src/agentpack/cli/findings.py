"""Findings on their way out: what a baseline knows is left out, the rest shown in a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from agentpack.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

FORMATS = ("text", "json", "sarif", "github", "gitlab")


def beyond_baseline(args: argparse.Namespace, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that `--baseline` does not know, once it is written if that is wanted."""
    if not args.baseline:
        return findings
    from agentpack.lint import baseline  # noqa: PLC0415

    if args.write_baseline:
        args.baseline.write_text(baseline.dump(findings), encoding="utf-8")
    return baseline.new(findings, baseline.load(args.baseline))


def show(
    args: argparse.Namespace, findings: Sequence[Finding], manual: Callable[[str], str]
) -> None:
    """Print the findings as `--format` and `--statistics` say.

    Args:
        manual: the manual of a rule, by its id.
    """
    if args.statistics:
        from agentpack.report.findings import statistics  # noqa: PLC0415

        print(statistics(findings))
    elif args.format == "text":
        from agentpack.report.findings import to_text  # noqa: PLC0415
        from agentpack.report.terminal import Style  # noqa: PLC0415

        print(to_text(findings, _line, Style.of_stdout()))
    elif args.format == "json":
        import json  # noqa: PLC0415

        from agentpack.report.findings import to_json  # noqa: PLC0415

        print(json.dumps(to_json(findings), indent=2, ensure_ascii=False))
    else:
        print(_for_ci(args.format, findings, manual), end="")


def _for_ci(shape: str, findings: Sequence[Finding], manual: Callable[[str], str]) -> str:
    import json  # noqa: PLC0415

    from agentpack.report import ci  # noqa: PLC0415

    if shape == "github":
        annotations = ci.to_github(findings)
        return f"{annotations}\n" if annotations else ""
    if shape == "gitlab":
        return json.dumps(ci.to_gitlab(findings), indent=2) + "\n"
    manuals = {name: manual(name) for name in {finding.rule for finding in findings}}
    return json.dumps(ci.to_sarif(findings, manuals), indent=2) + "\n"


@cache
def lines(path: str) -> tuple[str, ...]:
    """The lines of a file; none where it is no file that can be read."""
    try:
        if not Path(path).is_file():
            # A pipe or a device may have no end.
            return ()
        return tuple(Path(path).read_bytes().decode("utf-8", "replace").splitlines())
    except OSError:
        return ()


def _line(path: str, number: int) -> str:
    found = lines(path)
    return found[number - 1] if number <= len(found) else ""
