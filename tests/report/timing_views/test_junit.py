"""The JUnit report, read by an XML parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentpack.report.timing_views.junit import to_junit
from agentpack.timing.result import Run


def parse(run: Run) -> ET.Element:
    return ET.fromstring(to_junit(run).encode())


def properties(element: ET.Element) -> dict[str, str]:
    return {p.attrib["name"]: p.attrib["value"] for p in element.iterfind("properties/property")}


def test_an_endpoint_is_a_case(mixed: Run) -> None:
    """Each endpoint is a test with its median as time; what was not called is skipped."""
    suite = parse(mixed).find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert [case.attrib["name"] for case in cases] == [
        "GET /items?limit=10",
        "GET /reports",
        "POST /orders",
        "GET /search?q=books",
        "DELETE /items/{id}",
    ]
    for case, endpoint in zip(cases, mixed.endpoints, strict=False):
        known = properties(case)
        assert float(known["budget_s"]) == 2.0
        assert known["url"] == endpoint.request.url
        if endpoint.verdict != "failed":
            assert float(case.attrib["time"]) == pytest.approx(endpoint.total.median, abs=1e-6)
            assert float(known["ttfb_s.p95"]) == pytest.approx(endpoint.ttfb.p95, abs=1e-6)
    assert cases[2].attrib["time"] == "0.000000"
    assert "total_s.median" not in properties(cases[2])
    skipped = cases[4].find("skipped")
    assert skipped is not None
    assert "not a safe method" in skipped.attrib["message"]


def test_failures_say_why(mixed: Run) -> None:
    """What is not ok is a failure of its kind, with reason, cause, place and mend."""
    root = parse(mixed)
    failures = {case.attrib["name"]: case.find("failure") for case in root.iter("testcase")}
    kinds = {name: f.attrib["type"] for name, f in failures.items() if f is not None}
    assert kinds == {
        "GET /reports": "over",
        "POST /orders": "failed",
        "GET /search?q=books": "regressed",
    }
    slow = failures["GET /reports"]
    assert slow is not None
    assert slow.attrib["message"] == "The median of 3.1 s is over the budget of 2 s."
    for words in ("n-plus-one, 81 % at app/services/reports.py:41", "mend: Load the authors"):
        assert words in (slow.text or "")


def test_counts_agree(mixed: Run) -> None:
    """The counts of the suite are those of its cases."""
    root = parse(mixed)
    for element in (root, root.find("testsuite")):
        assert element is not None
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            assert int(element.attrib[name]) == len(list(root.iter(tag)))
        times = sum(float(case.attrib["time"]) for case in root.iter("testcase"))
        assert float(element.attrib["time"]) == pytest.approx(times, abs=1e-5)


def test_names_are_unique(make_endpoint: Any) -> None:
    """Endpoints of one name stay apart: CI systems merge tests of one name."""
    same = [make_endpoint(operation=name) for name in ("a", "a", "a #2", "a")]
    names = [case.attrib["name"] for case in parse(Run(0.1, tuple(same))).iter("testcase")]
    assert len(set(names)) == 4


def test_hides_credentials(make_endpoint: Any) -> None:
    """A command that holds a password is not told to all who can see the build."""
    plain = make_endpoint(curl="curl -u me:hush x")
    secret = replace(plain, request=replace(plain.request, user="me:hush"))
    assert "hush" in to_junit(Run(0.1, (plain,)))
    assert "hush" not in to_junit(Run(0.1, (secret,)))


def test_hostile_texts_are_valid(hostile_run: Run) -> None:
    """Control signs, markup and lone surrogates leave the XML valid."""
    assert len(list(parse(hostile_run).iter("testcase"))) == 3


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Z", "C"))))
def test_any_text_is_valid(make_hostile: Callable[[str], Run], text: str) -> None:
    """Whatever a text holds, the XML is valid and has the same elements."""
    tags = [element.tag for element in parse(make_hostile(f"a{text}")).iter()]
    assert tags == [element.tag for element in parse(make_hostile("a")).iter()]
