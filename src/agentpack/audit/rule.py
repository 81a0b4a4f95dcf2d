"""What a rule of the audit is: a check of code, and a docstring that is its manual and first test.

A check takes a `Codebase` and yields where a fault is, what it is, and perhaps what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from agentpack.audit import rules
from agentpack.audit.codebase import Codebase
from agentpack.finding import Place, Severity
from agentpack.record import Record

__all__ = ["Codebase", "Hits", "Rule", "Severity", "load", "names", "rule"]

Hit = tuple[Place, str] | tuple[Place, str, str]
Hits = Iterable[Hit]
Check = Callable[[Codebase], Hits]


class Rule(Record):
    """One fault that can be found; its `id` is the name of its module."""

    id: str
    severity: Severity
    page: str
    """The page of the pack's skills that explains it: `SKILL/references/PAGE.md`."""
    default: bool = True
    """Whether it runs unless it is asked for."""

    @property
    def check(self) -> Check:
        """What finds the fault."""
        check: Check = _module(self.id).check
        return check

    @property
    def manual(self) -> str:
        """What it says of itself."""
        return _module(self.id).__doc__ or ""


def rule(severity: Severity, *, page: str) -> Callable[[Check], Check]:
    """Mark the function that checks a module's rule; the parts are those of `Rule`."""

    def mark(check: Check) -> Check:
        check.declared = (severity, page)  # type: ignore[attr-defined]
        return check

    return mark


@cache
def names() -> tuple[str, ...]:
    """The ids of all rules there are."""
    found = (one.name for one in iter_modules(rules.__path__))
    return tuple(sorted(name.replace("_", "-") for name in found))


def load(rule_id: str) -> Rule:
    """The rule of this id, as it is declared."""
    severity, page = _module(rule_id).check.declared
    return Rule(rule_id, severity, page)


def _module(rule_id: str) -> ModuleType:
    return import_module(f"agentpack.audit.rules.{rule_id.replace('-', '_')}")
