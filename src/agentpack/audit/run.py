"""Rules over a codebase to findings, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Iterable

from agentpack.audit.allow import allowances
from agentpack.audit.codebase import Codebase
from agentpack.audit.rule import Rule
from agentpack.finding import Finding
from agentpack.lint.allow import sift


def audit(codebase: Codebase, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """What these rules find, less what the code itself allows with a reason."""
    rules = list(rules)
    found = list(dict.fromkeys(one for rule in rules for one in _findings(rule, codebase)))
    allowed = [mark for module in codebase.everything for mark in allowances(module)]
    kept = sift(found, allowed, {rule.id for rule in rules})
    return tuple(sorted(kept, key=_order))


def _findings(rule: Rule, codebase: Codebase) -> Iterable[Finding]:
    skill, _, page = rule.page.partition("/")
    for place, message, *tip in rule.check(codebase):
        told = f"{tip[0]}; see {page} of the skill {skill}" if tip else f"see {skill}, {page}"
        yield Finding(rule.id, rule.severity, place, message, told)


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.place.path, finding.place.line, finding.place.column, finding.rule
