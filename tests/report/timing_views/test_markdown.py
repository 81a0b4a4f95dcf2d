"""The Markdown that an agent acts on, read by a real CommonMark parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agentpack.report.timing_views.figures import seconds
from agentpack.report.timing_views.markdown import to_markdown
from agentpack.timing.result import Cause, Run


def parse(text: str) -> list[Any]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def inlines(tokens: list[Any], kind: str) -> list[str]:
    """The text of every element of `kind`, as a reader sees it."""
    return [
        "".join(child.content for child in tokens[number + 1].children)
        for number, token in enumerate(tokens)
        if token.type == f"{kind}_open"
    ]


def fences(tokens: list[Any]) -> list[str]:
    return [token.content for token in tokens if token.type == "fence"]


def shape(tokens: list[Any]) -> list[str]:
    """All that is markup, in order, with no text."""
    kinds = []
    for token in tokens:
        kinds.append(token.type)
        kinds += [child.type for child in token.children or () if child.type != "text"]
    return kinds


def test_goes_from_cause_to_next_step(mixed: Run, before: Run) -> None:
    """Each endpoint that needs work comes with its cause, place, mend, page and command."""
    tokens = parse(to_markdown(mixed, before))
    assert inlines(tokens, "heading") == [
        "Timing: 3 of 4 endpoints need work",
        "1. POST /orders: failed",
        "2. GET /reports: over",
        "3. GET /search?q=books: regressed",
        "All endpoints",
        "Not called: 1",
    ]
    assert [text.strip() for text in fences(tokens)] == [
        "curl -X POST 'http://127.0.0.1:8000/orders'",
        "curl -X GET 'http://127.0.0.1:8000/reports?year=2026'",
        "curl -X GET 'http://127.0.0.1:8000/search?q=books'",
    ]
    said = [text for text in inlines(tokens, "paragraph") if text]
    largest = said.index("n-plus-one, 81 % of the time, at app/services/reports.py:41")
    assert "SELECT id, name FROM author WHERE id = $1" in said[largest + 1]
    assert said[largest + 2].startswith("Next step: Load the authors with the reports")
    assert said[largest + 3] == "Read: backend-skill/references/database.md"
    assert said[largest + 4] == "serialization, 6 % of the time"
    assert "17 times: HTTP 500, a 2xx was expected" in said


def test_says_what_to_do_without_a_cause(mixed: Run) -> None:
    """Where no cause is known the next step is to look for it; a failure is mended first."""
    text = to_markdown(mixed)
    assert text.count("run again with `--explain`") == 1
    assert text.count("mend its answer before its speed") == 1


def test_is_short_when_all_is_well(make_endpoint: Any) -> None:
    """A run without a fault is a headline, a sentence and the table."""
    run = Run(0.0001, tuple(make_endpoint(f"http://127.0.0.1/{n}") for n in range(5)))
    text = to_markdown(run)
    tokens = parse(text)
    assert inlines(tokens, "heading") == [
        "Timing: all 5 endpoints are within budget",
        "All endpoints",
    ]
    assert fences(tokens) == []
    assert len(text.splitlines()) == 13


def test_table_has_all(mixed: Run, before: Run) -> None:
    """The table has a row for each endpoint, the worst first, and what changed."""
    tokens = parse(to_markdown(mixed, before))
    assert len(inlines(tokens, "th")) == 7
    cells = inlines(tokens, "td")
    rows = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    assert [row[0] for row in rows] == ["failed", "over", "regressed", "ok"]
    assert rows[0][2:5] == ["–"] * 3  # a failure is not a fast answer
    search = mixed.endpoints[3]
    times = [search.ttfb.median, search.total.median, search.total.p95, 2.0]
    assert rows[2][1:] == ["GET /search?q=books", *map(seconds, times), "+35 %"]


def test_bars_and_backslashes_survive(make_endpoint: Any) -> None:
    """A name with bars, ticks, backslashes and newlines is one cell, as it was."""
    name = "GET /a|b\\|c``d`/x\ny"
    run = Run(0.0001, (make_endpoint(operation=name),))
    assert inlines(parse(to_markdown(run)), "td")[1] == "GET /a|b\\|c``d`/x\\ny"


def test_command_survives(make_endpoint: Any) -> None:
    """A command with fences in its body is one block of code, as it was."""
    command = "curl x --data-binary '````\n```sh\nrm\n````'"
    run = Run(0.0001, (make_endpoint(verdict="over", curl=command),))
    assert fences(parse(to_markdown(run))) == [command + "\n"]


def test_hostile_texts_stay_texts(hostile_run: Run, make_hostile: Callable[[str], Run]) -> None:
    """No text of a server becomes a heading, a link, HTML, or a row of a table."""
    tokens = parse(to_markdown(hostile_run, hostile_run))
    assert shape(tokens) == shape(parse(to_markdown(make_hostile("words"), make_hostile("words"))))


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Z", "C")), min_size=1))
def test_any_text_stays_text(make_hostile: Callable[[str], Run], text: str) -> None:
    """Whatever a text holds, the document keeps its shape."""
    run = make_hostile(f"a{text}b")
    run = replace(run, endpoints=run.endpoints[:1])
    plain = make_hostile("ab")
    plain = replace(plain, endpoints=plain.endpoints[:1])
    assert shape(parse(to_markdown(run))) == shape(parse(to_markdown(plain)))


def test_long_details_are_cut(make_endpoint: Any) -> None:
    """A statement of a megabyte does not drown the next step."""
    cause = Cause("slow-query", 0.9, "SELECT " + "x" * 1_000_000, "Add an index.")
    run = Run(0.0001, (make_endpoint(verdict="over", causes=(cause,)),))
    text = to_markdown(run)
    assert len(text) < 3000
    assert "Next step: Add an index." in text
