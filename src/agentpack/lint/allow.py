"""What a file allows: `<!-- agentpack: allow RULE: reason -->`, in the body or as a YAML comment.

In the body it covers its own line and the next one that is not blank; as
`# agentpack: allow RULE: reason` in the frontmatter it covers the whole file.
An allowance without a reason, or that nothing needs, is a finding itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from agentpack.finding import Finding, Place, Severity
from agentpack.lazy import lazy
from agentpack.lint.page import Page
from agentpack.record import Record

_MARK = lazy(
    r"(?:<!--|^[ \t]*#)[ \t]*agentpack:[ \t]*allow[ \t]+(?P<rule>[a-z0-9-]+)"
    r"(?:[ \t]*:[ \t]*(?P<reason>[^\n]*?))?[ \t]*(?:-->|$)",
    re.MULTILINE,
)


class Allowance(Record):
    """One mark: the rule, the reason, where it stands and which lines it covers."""

    rule: str
    reason: str
    place: Place
    lines: range


def sift(
    findings: Iterable[Finding], allowed: Sequence[Allowance], rules: Collection[str]
) -> Iterator[Finding]:
    """The findings that nothing allows, and those about allowances themselves."""
    used: set[Allowance] = set()
    for finding in findings:
        covering = [mark for mark in allowed if _covers(mark, finding)]
        used.update(covering)
        if not any(mark.reason for mark in covering):
            yield finding
    for mark in allowed:
        if not mark.reason:
            message = f"allows {mark.rule!r} and does not say why"
            tip = f"write: agentpack: allow {mark.rule}: because …"
            yield Finding("allow-without-reason", Severity.WARNING, mark.place, message, tip)
        elif mark.rule in rules and mark not in used:
            message = f"allows {mark.rule!r}, and nothing here needs it"
            yield Finding("unused-allow", Severity.WARNING, mark.place, message, "delete it")


def _covers(mark: Allowance, finding: Finding) -> bool:
    place = finding.place
    return (mark.rule, mark.place.path) == (finding.rule, place.path) and place.line in mark.lines


def allowances(page: Page) -> Iterator[Allowance]:
    """Every mark of a page."""
    source = page.document.source
    if "agentpack:" not in source:
        return
    lines = source.split("\n")
    line, counted = 1, 0
    for match in _MARK.finditer(source):
        # Counted on from the mark before: a file may have very many.
        line += source.count("\n", counted, match.start())
        counted = match.start()
        column = match.start() - source.rfind("\n", 0, match.start())
        covered = range(1, len(lines) + 1)
        if line >= page.document.body_line:
            below = line
            while below < len(lines) and not lines[below].strip():
                below += 1
            covered = range(line, below + 2)
        place = Place(page.path, line, column)
        yield Allowance(match["rule"], (match["reason"] or "").strip(), place, covered)
