"""Findings in the shapes that CI systems read: SARIF, GitHub's commands, GitLab's code quality."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from agentpack import __version__
from agentpack.finding import Finding, Severity

_SARIF = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def to_sarif(findings: Sequence[Finding], manuals: Mapping[str, str]) -> dict[str, Any]:
    """A SARIF 2.1.0 log; `manuals` tells each rule that fired."""
    rules = sorted({finding.rule for finding in findings})
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "agentpack",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule,
                                "shortDescription": {"text": manuals[rule].strip().split("\n")[0]},
                                "help": {"text": manuals[rule].strip()},
                            }
                            for rule in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, rules) for finding in findings],
            }
        ],
    }


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    place = finding.place
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": str(finding.severity),
        "message": {"text": _told(finding)},
        "partialFingerprints": {"agentpack/v1": _fingerprint(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": place.path},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
    }


def to_github(findings: Sequence[Finding]) -> str:
    """GitHub's workflow commands: one annotation a line."""
    return "\n".join(
        f"::{finding.severity} file={_property(finding.place.path)},line={finding.place.line},"
        f"col={finding.place.column},title={_property(finding.rule)}::{_data(_told(finding))}"
        for finding in findings
    )


def to_gitlab(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """GitLab's code quality report."""
    return [
        {
            "description": _told(finding),
            "check_name": finding.rule,
            "fingerprint": _fingerprint(finding),
            "severity": "major" if finding.severity is Severity.ERROR else "minor",
            "location": {"path": finding.place.path, "lines": {"begin": finding.place.line}},
        }
        for finding in findings
    ]


def _told(finding: Finding) -> str:
    return f"{finding.message}; {finding.tip}" if finding.tip else finding.message


def _fingerprint(finding: Finding) -> str:
    """Stable while the fault stays, wherever its line moves."""
    told = f"{finding.rule}\0{finding.place.path}\0{finding.message}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
