"""Every rule by its own manual: its bad example fires, its good one does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentpack.document import NEWEST, RECORDED
from agentpack.lint import manual, rule
from agentpack.lint.look import look
from agentpack.lint.manual import Example
from agentpack.lint.rule import Rule
from agentpack.lint.run import lint

RULES = [rule.load(name) for name in rule.names()]


def write(root: Path, examples: tuple[Example, ...]) -> Path:
    for example in examples:
        file = root / example.path
        file.parent.mkdir(parents=True, exist_ok=True)
        how, _, target = example.how.partition(" to ")
        if how == "link":
            file.symlink_to(target)
        elif how == "pipe":
            os.mkfifo(file)
        elif how == "of 65 MB":
            with file.open("wb") as empty:
                empty.truncate(65 * 2**20)
        else:
            file.write_bytes(example.text.encode(errors="surrogateescape"))
            file.chmod(0o755 if example.executable else 0o644)
    return root


def client_of(one: Rule) -> str:
    """A client that the rule is true of."""
    return RECORDED[0] if one.client.startswith("<") else NEWEST


def test_there_are_rules() -> None:
    """A linter without rules would find every repository clean."""
    assert len(RULES) >= 2


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_a_rule_has_a_manual(one: Rule) -> None:
    """It says the fault in a line, why it matters, and shows both."""
    read = manual.read(one.manual)
    assert read.title.endswith(".")
    assert len(read.title) <= 100
    assert read.why
    assert read.bad
    assert read.good


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_the_bad_example_fires(one: Rule, tmp_path: Path) -> None:
    """The rule finds the fault that its manual shows, at a line that is there."""
    root = write(tmp_path, manual.read(one.manual).bad)
    found = lint(look(root, client_of(one)), [one])
    assert [finding.rule for finding in found] == [one.id] * len(found)
    assert found
    for finding in found:
        path = root / finding.place.path
        assert path.exists() or path.is_symlink()
        if path.is_file():
            lines = path.read_bytes().decode("utf-8", "replace").split("\n")
            assert 1 <= finding.place.line <= len(lines)
            assert 1 <= finding.place.column <= len(lines[finding.place.line - 1]) + 1


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_the_good_example_is_silent(one: Rule, tmp_path: Path) -> None:
    """What the manual calls good has no error of any rule, and not this fault."""
    root = write(tmp_path, manual.read(one.manual).good)
    found = lint(look(root, client_of(one)), RULES)
    assert [f for f in found if f.rule == one.id or f.severity == "error"] == []
