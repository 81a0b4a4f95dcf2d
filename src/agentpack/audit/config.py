"""The rules of the audit as a table of the configuration, `[audit]`, chooses among them."""

from __future__ import annotations

from agentpack.audit.rule import Rule, load, names
from agentpack.lint.config import Book, Config

AUDIT = Book("audit", names)


def rules(config: Config) -> tuple[Rule, ...]:
    """The rules that are to run."""
    return tuple(load(name) for name in config.chosen(names()))
