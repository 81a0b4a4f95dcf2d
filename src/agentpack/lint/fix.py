"""Mends that a program may make: a table from rule to a new text, and the proof that it is one.

A safe fix is applied only if the file reads as before: the same body, and every value that
the client had, or where it had none, the value that plainly stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import unified_diff

import yaml

from agentpack.document import Document, read
from agentpack.finding import Finding
from agentpack.lint import repair
from agentpack.lint.page import Page
from agentpack.lint.scene import Scene

Fix = Callable[[Page], "str | None"]

FIXES: dict[str, tuple[Fix, frozenset[str]]] = {
    "not-strict-yaml": (repair.strict, frozenset()),
    "yaml-syntax": (repair.strict, frozenset()),
    "tab-indent": (repair.strict, frozenset()),
    "unknown-colour": (repair.lower_colour, frozenset({"color"})),
}
"""By rule: what makes the new text, and the keys whose value it is meant to change."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A file's new text, and the rules that asked for it."""

    path: str
    before: str
    after: str
    rules: tuple[str, ...]

    @property
    def diff(self) -> str:
        """What changes, as a unified diff."""
        lines = unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            self.path,
            self.path,
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def mend(scene: Scene, findings: Iterable[Finding]) -> tuple[Mended, ...]:
    """The files that can be mended safely, each with its new text."""
    asked: dict[str, list[str]] = {}
    for finding in findings:
        if finding.rule in FIXES:
            asked.setdefault(finding.place.path, []).append(finding.rule)
    mended = []
    for page in scene.pages:
        if page.document.not_utf8:
            continue
        rules = tuple(dict.fromkeys(asked.get(page.path, ())))
        after = _apply(page, rules, scene.roster.client) if rules else None
        if after is not None and after != page.document.source:
            mended.append(Mended(page.path, page.document.source, after, rules))
    return tuple(mended)


def _apply(page: Page, rules: tuple[str, ...], client: str) -> str | None:
    changed: frozenset[str] = frozenset()
    current = page
    for rule in rules:
        fix, keys = FIXES[rule]
        after = fix(current)
        changed |= keys
        if after is None or not _same(page.document, read(after.encode(), client), changed, after):
            return None
        current = Page(page.kind, page.path, read(after.encode(), client))
    return current.document.source


def _same(old: Document, new: Document, changed: frozenset[str], after: str) -> bool:
    """Whether the new text says what the old one said, and strict YAML agrees."""
    if new.problem or new.mended or new.body != old.body or not _strict(after, new):
        return False
    if old.problem is None:
        return set(old.fields) == set(new.fields) and all(
            old.fields[key].value == new.fields[key].value
            for key in old.fields
            if key not in changed
        )
    # The client had nothing; the words that stand there must all be there, in their order.
    return _words(old.source[: len(old.source) - len(old.body)]) == _words(
        after[: len(after) - len(new.body)], quoted=True
    )


def _strict(after: str, new: Document) -> bool:
    try:
        values = yaml.safe_load(
            after.lstrip("\ufeff")[: len(after) - len(new.body)].split("\n---")[0]
        )
    except yaml.YAMLError:
        return False
    return isinstance(values, dict) and all(
        values.get(key) == field.value
        for key, field in new.fields.items()
        if isinstance(field.value, str)
    )


def _words(text: str, *, quoted: bool = False) -> list[str]:
    words = re.sub(r":[ \t]+\|-[ \t]*$", ":", text, flags=re.MULTILINE) if quoted else text
    return re.findall(r"\w+", words)
