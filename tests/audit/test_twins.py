"""The twelve failures in code as it is written: each bad twin found in its line, each good silent.

A twin is a file of `twins/`: `=== PATH` begins one of its files, `# !RULE` stands in a line that
the rule must find. Nothing else may be found, in bad twins either.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentpack.audit import rule
from agentpack.audit.look import look
from agentpack.audit.run import audit

TWINS = sorted(Path(__file__).with_name("twins").glob("*.txt"))
RULES = [rule.load(name) for name in rule.names()]
FILE = re.compile(r"^=== (.+)\n", re.MULTILINE)
MARK = re.compile(r"# !([a-z0-9-]+)")


def write(root: Path, twin: str) -> set[tuple[str, int, str]]:
    """The twin as a project, without its marks; where they stood."""
    _, *parts = FILE.split(twin)
    expected = set()
    for path, text in zip(parts[::2], parts[1::2], strict=True):
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            expected |= {(path, number, name) for name in MARK.findall(line)}
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(MARK.sub("", line).rstrip() for line in lines), encoding="utf-8")
    return expected


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.stem)
def test_just_what_is_marked_is_found(twin: Path, tmp_path: Path) -> None:
    """Every fault in its line, and nothing that is none."""
    expected = write(tmp_path, twin.read_text(encoding="utf-8"))
    assert bool(expected) != twin.stem.endswith("good")
    found = audit(look(tmp_path), RULES)
    assert {(one.place.path, one.place.line, one.rule) for one in found} == expected


def test_all_twelve_have_twins_and_every_rule_is_met() -> None:
    """No failure is left out, and no rule is shown by its manual alone."""
    bad = [twin for twin in TWINS if not twin.stem.endswith("good")]
    assert {twin.stem[:2] for twin in bad} == {f"{number:02}" for number in range(1, 13)}
    marked = {name for twin in bad for name in MARK.findall(twin.read_text(encoding="utf-8"))}
    assert marked == set(rule.names())
