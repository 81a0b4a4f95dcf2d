"""Every sample project yields exactly the facts, sources and conflicts written beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from agentpack.project import DEFAULT, VOCABULARY, Fact, Value, detect

PROJECTS = Path(__file__).parent.parent / "data" / "projects"
NAMES = sorted(path.parent.name for path in PROJECTS.glob("*/expected.toml"))


def frozen(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((PROJECTS / name / "expected.toml").read_text(encoding="utf-8"))


def test_there_are_enough_projects_to_judge_by() -> None:
    """A run that finds no projects proves nothing."""
    assert len(NAMES) >= 16


@pytest.mark.parametrize("name", NAMES)
def test_a_project_yields_its_facts(name: str) -> None:
    """Each fact has the value and the source that a reader of the project wrote down."""
    wanted = expected(name)["facts"]
    none = wanted.pop("none")
    assert sorted([*wanted, *none]) == sorted(VOCABULARY)
    found = {fact.name: fact for fact in detect(PROJECTS / name)}
    stated = {
        fact: Fact(fact, frozen(entry["value"]), entry["source"]) for fact, entry in wanted.items()
    }
    overridden = {fact for fact in none if found[fact].source != DEFAULT}
    assert {fact: found[fact] for fact in wanted} == stated
    assert {fact: found[fact].value for fact in none} == dict.fromkeys(none)
    assert overridden == set(expected(name).get("overridden", []))


@pytest.mark.parametrize("name", NAMES)
def test_a_project_yields_its_conflicts(name: str) -> None:
    """A contradiction lists every value with its source, the one taken first; nothing else does."""
    wanted = {
        entry["fact"]: [(frozen(one["value"]), one["source"]) for one in entry["candidates"]]
        for entry in expected(name).get("conflicts", [])
    }
    found = {
        conflict.fact: [(one.value, one.source) for one in conflict.candidates]
        for conflict in detect(PROJECTS / name).conflicts
    }
    assert found == wanted


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_a_line_that_exists(name: str) -> None:
    """A source that is a place names a file of the project and one of its lines."""
    facts = detect(PROJECTS / name)
    sources = [fact.source for fact in facts]
    sources += [one.source for conflict in facts.conflicts for one in conflict.candidates]
    for source in sources:
        if source in {"default", "override"}:
            continue
        path, _, line = source.rpartition(":")
        text = (PROJECTS / name / path).read_text(encoding="utf-8")
        assert 1 <= int(line) <= text.count("\n") + 1, source
