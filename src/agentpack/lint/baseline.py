"""Findings that were there before: kept in a file, so that only new ones count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.finding import Finding

Key = tuple[str, str, str]


def dump(findings: Iterable[Finding]) -> str:
    """The findings as a file: rule, path and message, since lines move."""
    keys = sorted(_key(finding) for finding in findings)
    rows = ",\n  ".join(json.dumps(key, ensure_ascii=False) for key in keys)
    return f'{{"baseline": [\n  {rows}\n]}}\n' if rows else '{"baseline": []}\n'


def load(path: Path) -> Counter[Key]:
    """How often each finding is in the file.

    Raises:
        AgentpackError: it is not there, or is no baseline.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["baseline"]
        return Counter((str(rule), str(place), str(message)) for rule, place, message in rows)
    except FileNotFoundError:
        raise AgentpackError(
            "no such file", path=path, mend="write it with --write-baseline"
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise AgentpackError(
            "is not a baseline", path=path, mend="write it with --write-baseline"
        ) from None


def new(findings: Iterable[Finding], known: Counter[Key]) -> tuple[Finding, ...]:
    """The findings beyond those that are known, each known one counting once."""
    left, fresh = Counter(known), []
    for finding in findings:
        if left[_key(finding)]:
            left[_key(finding)] -= 1
        else:
            fresh.append(finding)
    return tuple(fresh)


def _key(finding: Finding) -> Key:
    return finding.rule, finding.place.path, finding.message
