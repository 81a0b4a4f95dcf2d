"""The prediction, held against what real clients did."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from agentpack.client import Binary, agreement, case
from agentpack.client.case import Case
from agentpack.client.record import outcome
from agentpack.document import RECORDED

DATA = Path(__file__).parents[1] / "data" / "client"
FEWEST_CASES = 1500
TOOL = re.compile(r"^(\w+)(?:\(.*\))?$")


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case.load(DATA / "cases"))


def recording(client: str) -> dict:
    return json.loads((DATA / "recordings" / f"{client}.json").read_text())


def test_the_cases_are_many_and_each_has_a_name_of_its_own() -> None:
    """A corpus that shrank to nothing would prove nothing."""
    assert len(cases()) >= FEWEST_CASES
    assert len({one.ident for one in cases()}) == len(cases())


@pytest.mark.parametrize("client", RECORDED)
def test_the_prediction_agrees_with_the_recording(client: str) -> None:
    """The same agents and skills load, with the same names, descriptions and tools."""
    recorded = recording(client)
    assert recorded["client"] == client
    assert set(recorded["cases"]) == {one.ident for one in cases()}
    loaded = sum(bool(found.get("agents")) for found in recorded["cases"].values())
    assert 500 < loaded < len(cases()) - 500
    wrong = []
    for one in cases():
        told = agreement.shown(outcome(recorded["cases"][one.ident]))
        predicted = agreement.predict(one, client)
        if told != predicted:
            wrong.append((one.ident, told, predicted))
    assert wrong == []


@pytest.mark.parametrize("client", RECORDED)
def test_an_agent_that_is_said_to_have_no_tool_starts_without_any(client: str) -> None:
    """The roster tells of all tools where the list is empty; the launch tells the truth."""
    recorded = recording(client)
    known = set(recorded["all_tools"])
    toolless = 0
    for one in cases():
        for seen in recorded["cases"][one.ident].get("agents", ()):
            if "model" not in seen:
                continue
            agent = agreement.agent(one, client, seen["name"])
            started = seen.get("started_with", recorded["all_tools"])
            toolless += agent.toolless
            if agent.toolless:
                assert started == [], one.ident
            elif started == []:
                assert not known & {name for tool in agent.tools for name in TOOL.findall(tool)}, (
                    one.ident
                )
    assert toolless > 10


def test_the_recordings_differ_where_the_versions_do() -> None:
    """Otherwise the table of dated behaviours would be untested."""
    first, *_, last = (recording(client)["cases"] for client in RECORDED)
    differ = [
        ident
        for ident in first
        if agreement.shown(outcome(first[ident])) != agreement.shown(outcome(last[ident]))
    ]
    assert len(differ) > 30


def test_the_live_client_agrees_on_a_part_of_the_cases(claude: Binary) -> None:
    """Whatever version is here does on every tenth case what the prediction for it says."""
    some = cases()[::10]
    assert len(some) > 100
    assert agreement.disagreements(claude, some) == []
