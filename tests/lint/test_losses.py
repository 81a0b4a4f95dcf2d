"""What the roster loses, the linter reports: each word it has for a loss is a rule's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import agentpack
from agentpack.lint import rule

PACKAGE = Path(agentpack.__file__).parent
SOURCES = sorted([*(PACKAGE / "roster").glob("*.py"), *(PACKAGE / "document").glob("*.py")])
MAKERS = {"Loss", "loss", "Problem", "fault", "_fault", "_loss"}
"""What is called to make a loss, or what becomes one."""

WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
KEYS = ("name", "description")
"""What stands for a key in words that are put together."""

NOT_RULES = {"name", "description", "tools", "hooks"}
"""Keys that are handed to the same calls."""


def words(source: str) -> set[str]:
    """The words for losses in a module: what is handed to the makers, and named as `rule`."""
    return {
        word
        for node in ast.walk(ast.parse(source))
        for value in _values(node)
        for word in _texts(value)
        if WORD.fullmatch(word) and word not in NOT_RULES
    }


def _values(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in MAKERS:
            yield from node.args
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "rule")
    elif isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if "rule" in names:
            yield node.value
    elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "rule":
        yield from [node.value] if node.value else []


def _texts(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)
    elif isinstance(value, ast.JoinedStr):
        for key in KEYS:
            parts = (part.value if isinstance(part, ast.Constant) else key for part in value.values)
            yield "".join(map(str, parts))


def test_the_words_are_found_in_every_way_they_are_written() -> None:
    """The search sees positional words, named ones, chosen ones and those put together."""
    assert words('Loss(path, 1, "it has none", "no-tool-left")') == {"no-tool-left"}
    assert words('Problem("a NUL", 1, rule="nul")') == {"nul"}
    assert words('rule = "tab-indent" if tab else "yaml-syntax"') == {"tab-indent", "yaml-syntax"}
    assert words('return loss(key, "is gone", f"no-{key}")') == {"no-name", "no-description"}
    assert words('class Problem:\n    rule: str = "yaml-syntax"') == {"yaml-syntax"}


def test_every_loss_has_a_rule() -> None:
    """Nothing that is lost goes unreported for want of a rule of that name."""
    found = {word for source in SOURCES for word in words(source.read_text())}
    assert len(found) >= 30
    assert {"no-name", "description-not-text", "nul", "unreadable", "shadowed-name"} <= found
    assert found <= set(rule.names())
