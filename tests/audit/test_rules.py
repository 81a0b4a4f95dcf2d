"""Every rule by its own manual: its bad example fires, its good one does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import agentpack.builtin
from agentpack.audit import rule
from agentpack.audit.look import look
from agentpack.audit.rule import Rule
from agentpack.audit.run import audit
from agentpack.finding import Severity
from agentpack.lint import manual
from agentpack.lint import rule as lint_rule
from agentpack.lint.manual import Example

RULES = [rule.load(name) for name in rule.names()]
SKILLS = Path(agentpack.builtin.__file__).with_name("skills")


def write(root: Path, examples: tuple[Example, ...]) -> Path:
    for example in examples:
        file = root / example.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(example.text, encoding="utf-8")
    return root


def test_there_are_rules_for_all_twelve() -> None:
    """An audit without rules would find every project clean."""
    assert len(RULES) >= 12


def test_ids_are_no_rules_of_lint() -> None:
    """`agentpack rule ID` means one rule."""
    assert not {one.id for one in RULES} & set(lint_rule.names())


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_a_rule_has_a_manual_and_a_page(one: Rule) -> None:
    """It says the fault in a line, why it matters, shows both, and names a page of the pack."""
    read = manual.read(one.manual)
    assert read.title.endswith(".")
    assert len(read.title) <= 100
    assert read.why
    assert read.bad
    assert read.good
    assert (SKILLS / one.page).is_file()


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_the_bad_example_fires(one: Rule, tmp_path: Path) -> None:
    """The rule finds the fault that its manual shows, in a line that is there."""
    root = write(tmp_path, manual.read(one.manual).bad)
    found = audit(look(root), [one])
    assert found
    for finding in found:
        assert finding.rule == one.id
        lines = (root / finding.place.path).read_text(encoding="utf-8").split("\n")
        assert 1 <= finding.place.line <= len(lines)
        assert 1 <= finding.place.column <= len(lines[finding.place.line - 1]) + 1


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_the_good_example_is_silent(one: Rule, tmp_path: Path) -> None:
    """What the manual calls good has no error of any rule, and not this fault."""
    root = write(tmp_path, manual.read(one.manual).good)
    found = audit(look(root), RULES)
    assert [f for f in found if f.rule == one.id or f.severity is Severity.ERROR] == []
