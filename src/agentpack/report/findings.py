"""Findings for a person: place, rule, message, the line with a caret, the mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from agentpack.finding import Finding, Severity
from agentpack.report.terminal import Style, count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Line = Callable[[str, int], str]
"""From a path and a line's number to that line, or to nothing where it cannot be shown."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_WIDTH = 100


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The documented shape of `lint --format json`."""
    return {
        "findings": [
            {
                "rule": finding.rule,
                "severity": str(finding.severity),
                "path": finding.place.path,
                "line": finding.place.line,
                "column": finding.place.column,
                "message": finding.message,
                "tip": finding.tip,
            }
            for finding in findings
        ]
    }


def to_text(findings: Sequence[Finding], line: Line, style: Style) -> str:
    """Every finding with its line, then how many there are."""
    parts = [
        _finding(finding, line(finding.place.path, finding.place.line), style)
        for finding in findings
    ]
    return "\n\n".join([*parts, _sum(findings, style)])


def statistics(findings: Sequence[Finding]) -> str:
    """How often each rule fired, most often first."""
    fired = Counter(finding.rule for finding in findings)
    return "\n".join(f"{number:6}  {rule}" for rule, number in fired.most_common())


def _finding(finding: Finding, source: str, style: Style) -> str:
    place = finding.place
    head = f"{style.paint('bold', f'{place.path}:{place.line}:{place.column}')} "
    head += f"{style.paint(_COLOURS[finding.severity], str(finding.severity))} "
    head += f"{finding.message} [{finding.rule}]"
    lines = [head]
    if source:
        number = str(place.line)
        # A long line is shown from shortly before the column on.
        start = max(0, place.column - 1 - _WIDTH // 2) if len(source) > _WIDTH else 0
        shown = source[start : start + _WIDTH].replace("\t", " ")
        lines.append(f"  {number} | {shown}")
        lines.append(f"  {' ' * len(number)} | {' ' * (place.column - 1 - start)}^")
    if finding.tip:
        lines.append(f"  {style.paint('green', 'mend')}: {finding.tip}")
    return "\n".join(lines)


def _sum(findings: Sequence[Finding], style: Style) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if not findings:
        return style.paint("green", "Nothing found.")
    return f"{count(errors, 'error')}, {count(len(findings) - errors, 'warning')}."
