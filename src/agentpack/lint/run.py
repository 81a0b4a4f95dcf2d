"""Rules over a scene to findings, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Iterable

from agentpack.document.versions import parse
from agentpack.finding import Finding
from agentpack.lint import allow
from agentpack.lint.rule import Rule
from agentpack.lint.scene import Scene


def lint(scene: Scene, rules: Iterable[Rule], *, allowances: bool = True) -> tuple[Finding, ...]:
    """What these rules find, less what the files themselves allow with a reason.

    Args:
        allowances: whether they may: a stranger's files may not.
    """
    rules = [
        rule
        for rule in rules
        if _applies(rule, scene.roster.client) and (scene.whole or not rule.tree)
    ]
    found = [
        finding
        for rule in rules
        if not rule.needs or any(map(scene.has, rule.needs))
        for finding in _findings(rule, scene)
    ]
    found = _once(found)
    if not allowances:
        return tuple(sorted(found, key=_order))
    allowed = [mark for page in scene.allowing() for mark in allow.allowances(page)]
    kept = allow.sift(found, allowed, {rule.id for rule in rules})
    return tuple(sorted(kept, key=_order))


_SAME_FAULT = {"fence-inside-line": "lost-tools", "fence-too-early": "lost-tools"}
"""What is not told of a file of which the other rule tells the worst that comes of it."""


def _once(found: list[Finding]) -> list[Finding]:
    told = {(finding.rule, finding.place.path) for finding in found}
    return [
        finding
        for finding in found
        if (_SAME_FAULT.get(finding.rule), finding.place.path) not in told
    ]


def _findings(rule: Rule, scene: Scene) -> Iterable[Finding]:
    for place, message, *tip in rule.check(scene):
        yield Finding(rule.id, rule.severity, place, message, tip[0] if tip else "")


def _applies(rule: Rule, client: str) -> bool:
    """Whether a rule is true of this client: `all`, `>=2.1.260` or `<2.1.260`."""
    if rule.client == "all":
        return True
    if rule.client.startswith(">="):
        return parse(client) >= parse(rule.client.removeprefix(">="))
    return parse(client) < parse(rule.client.removeprefix("<"))


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.place.path, finding.place.line, finding.place.column, finding.rule
