"""Mends that a program may make: a table from rule to a new text, and the proof that it is one.

A fix is applied only if the file reads as before: the same body, and every value that the
client had, or where it had none, the value that plainly stands there. Some fixes swap words of
one value: that value must then be the old one with these words swapped, and nothing else. Such
a fix is unsafe where the author may have meant something else, or where the client will then do
more than it did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import unified_diff

import yaml

from agentpack.document import Document, read
from agentpack.finding import Finding
from agentpack.lint import repair, swap
from agentpack.lint.page import Page
from agentpack.lint.scene import Scene
from agentpack.lint.swap import Swap

LAYOUTS: dict[str, Callable[[Page], str | None]] = {
    "not-strict-yaml": repair.strict,
    "yaml-syntax": repair.strict,
    "tab-indent": repair.strict,
}
"""By rule: what writes the same values in another way."""

SWAPS: dict[str, Callable[[Page], Swap | None]] = {
    "unknown-colour": swap.colour,
    "unknown-model": swap.model,
    "unknown-tool": swap.unknown_tools,
    "wrong-case-tool": swap.cased_tools,
    "name-not-folder": swap.folder_name,
}
"""By rule: what finds the words to swap."""


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


def mend(scene: Scene, findings: Iterable[Finding], *, unsafe: bool = False) -> tuple[Mended, ...]:
    """The files that can be mended, each with its new text.

    Args:
        unsafe: also make the mends of which the author alone can say that they are right.
    """
    asked: dict[str, list[str]] = {}
    for finding in findings:
        if finding.rule in LAYOUTS or finding.rule in SWAPS:
            asked.setdefault(finding.place.path, []).append(finding.rule)
    mended = []
    for page in scene.pages:
        rules = tuple(dict.fromkeys(asked.get(page.path, ())))
        if rules and not page.document.not_utf8:
            after, made = _apply(page, rules, scene.roster.client, unsafe=unsafe)
            if after != page.document.source:
                mended.append(Mended(page.path, page.document.source, after, made))
    return tuple(mended)


def _apply(
    page: Page, rules: tuple[str, ...], client: str, *, unsafe: bool
) -> tuple[str, tuple[str, ...]]:
    """The page's text after all mends that hold, and the rules that these are for."""
    made: list[str] = []
    for rule in sorted(rules, key=lambda rule: rule in SWAPS):
        swapped = SWAPS[rule](page) if rule in SWAPS else None
        if rule in SWAPS and (swapped is None or not (swapped.safe or unsafe)):
            continue
        after = swapped.text(page) if swapped else LAYOUTS[rule](page)
        if after is None or after == page.document.source:
            continue
        new = read(after.encode(), client)
        if _same(page.document, new, swapped, after):
            page = Page(page.kind, page.path, new, page.entry)
            made.append(rule)
    return page.document.source, tuple(made)


def _same(old: Document, new: Document, swapped: Swap | None, after: str) -> bool:
    """Whether the new text says what the old one said, and strict YAML agrees."""
    if new.problem or new.mended or new.body != old.body or not _strict(after, new):
        return False
    if old.problem is None:
        meant = {key: found.value for key, found in old.fields.items()}
        if swapped:
            meant[swapped.key] = swapped.value(meant[swapped.key])
        return meant == {key: found.value for key, found in new.fields.items()}
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
