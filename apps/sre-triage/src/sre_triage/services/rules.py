"""Triage by rules: the first rule one of whose words occurs in the report decides."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sre_triage.models import Category, Severity
from sre_triage.services.assessment import Assessment, Report


@dataclass(frozen=True, slots=True)
class _Rule:
    words: tuple[str, ...]
    category: Category
    usual_severity: Severity
    likely_cause: str
    suggested_action: str


# What an attacker does matters before what broke, and what changed before what it broke.
_RULES = (
    _Rule(
        ("breach", "leaked", "unauthorized access", "intrusion", "credentials exposed"),
        Category.SECURITY,
        Severity.SEV1,
        "Someone has access who should not have it.",
        "Revoke the credentials involved, keep the logs, call the security on-call.",
    ),
    _Rule(
        ("deploy", "deployed", "deployment", "rollout", "release", "migration"),
        Category.DEPLOYMENT,
        Severity.SEV2,
        "The latest change broke what worked before it.",
        "Roll back the latest release, then compare it with the one before.",
    ),
    _Rule(
        ("disk full", "no space left", "out of memory", "oom", "oomkilled", "cpu", "quota"),
        Category.CAPACITY,
        Severity.SEV2,
        "A machine or a limit has run out of room.",
        "Free or add capacity, then find what grew.",
    ),
    _Rule(
        ("database", "postgres", "sql", "deadlock", "replication", "connection pool"),
        Category.DATABASE,
        Severity.SEV2,
        "The database is overloaded, locked or unreachable.",
        "Look at locks, open connections and replication lag before restarting anything.",
    ),
    _Rule(
        ("dns", "tls", "certificate", "network", "packet loss", "unreachable", "timeout"),
        Category.NETWORK,
        Severity.SEV3,
        "Traffic does not reach the service, or its certificate is not accepted.",
        "Check name resolution, certificates and the path between the two ends.",
    ),
    _Rule(
        ("exception", "error", "errors", "500", "crash", "crashed", "traceback"),
        Category.APPLICATION,
        Severity.SEV3,
        "The application fails on its own input or state.",
        "Find the first stack trace and the request that caused it.",
    ),
)
_OUTAGE = ("outage", "down", "all users", "all customers", "data loss", "production is down")
_MINOR = ("minor", "cosmetic", "typo", "staging only")


_BY = "rules"


async def assess(report: Report) -> Assessment:
    """Assess a report by its words; `unknown` when no rule knows any of them.

    Logs are not read: nearly every log has an error in it.
    """
    text = f"{report.title}\n{report.description}".casefold()
    rule = next((rule for rule in _RULES if _mentions(text, rule.words)), None)
    severity = rule.usual_severity if rule else Severity.SEV3
    if _mentions(text, _OUTAGE):
        severity = Severity.SEV1
    elif severity is not Severity.SEV1 and _mentions(text, _MINOR):
        severity = Severity.SEV4
    if rule is None:
        return Assessment(
            severity,
            Category.UNKNOWN,
            "No rule matches the report.",
            "Ask the reporter what was seen, where and since when.",
            _BY,
        )
    return Assessment(severity, rule.category, rule.likely_cause, rule.suggested_action, _BY)


def _mentions(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of `words` stands in the text as a whole word: `sql` is not in `mysqld`."""
    return re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\b", text) is not None
