"""Budgets are found by pattern, and a bad value is told with its line."""

from __future__ import annotations

import pytest

from agentpack.errors import AgentpackError
from agentpack.timing.budget import Settings, read
from agentpack.timing.request import Request

TEXT = """\
[facts]
port = 8000

[time]
budget = 1.5
baseline = "timings.json"

[time.budgets]
"GET /api/*" = 0.5
"/api/slow" = 5
"POST *" = 3
"/items/{id}" = 0.1
"log in" = 1
"""


@pytest.mark.parametrize(
    ("method", "path", "operation", "seconds"),
    [
        ("GET", "/other", "", 1.5),
        ("GET", "/api/x?a=1", "", 0.5),
        ("PUT", "/api/x", "", 1.5),
        ("GET", "/api/slow", "", 0.5),
        ("PUT", "/api/slow", "", 5),
        ("POST", "/anything", "", 3),
        ("GET", "/items/7", "GET /items/{id}", 0.1),
        ("GET", "/items/7", "", 1.5),
        ("POST", "/auth", "log in", 1),
    ],
)
def test_the_longest_pattern_that_fits_counts(method, path, operation, seconds) -> None:
    """By method and path, by an operation's template, by a step's name; else the default."""
    request = Request(method, f"http://127.0.0.1:1{path}", operation=operation)
    assert read(TEXT, "agentpack.toml").budget_of(request) == seconds


def test_without_a_table_the_defaults_hold() -> None:
    """Two seconds, and a file of its own for the baseline."""
    assert read("", "agentpack.toml") == Settings()
    assert Settings().budget_of(Request("GET", "http://h")) == 2.0
    assert read(TEXT, "agentpack.toml").baseline == "timings.json"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[time]\nbudget = 0\n", "t.toml:2: 'budget' must be a number of seconds above 0"),
        ("[time]\nbudget = true\n", "t.toml:2: 'budget' must be a number"),
        ("[time]\nbudget = nan\n", "t.toml:2: 'budget' must be"),
        ('[time]\n\n[time.budgets]\n"GET /a" = "1s"\n', "t.toml:4: 'GET /a' must be"),
        ("[time]\nbudgets = 3\n", "t.toml:2: 'budgets' must be a table"),
        ("[time]\nbaseline = 3\n", "t.toml:2: 'baseline' must be a path"),
        ("[time]\nbugdet = 3\n", "t.toml:2: no setting 'bugdet' in [time]; did you mean 'budget'?"),
        ("[time]\nxyzzy = 3\n", "known are budget"),
        ("time = 3\n", "t.toml:1: 'time' must be a table"),
        ("[time\n", "not valid TOML"),
    ],
)
def test_a_bad_value_is_told_with_its_line(text, words) -> None:
    """File, line, what is wrong, what to write."""
    with pytest.raises(AgentpackError) as caught:
        read(text, "t.toml")
    assert words in str(caught.value)
