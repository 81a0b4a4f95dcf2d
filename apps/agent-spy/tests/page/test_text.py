"""How values become text, figures and plots."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_spy.page import figures
from agent_spy.page.messages import messages
from agent_spy.page.plot import draw
from agent_spy.page.text import LONGEST, error_line, first_line, pretty, spoken, visible

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_pretty_json_is_the_same_json(value):
    """Laid out, a payload has the same value, and no character that cannot be seen."""
    shown = pretty(json.dumps(value, ensure_ascii=False))
    assert shown.whole
    assert json.loads(shown.text) == value
    shown.text.encode()


def test_numbers_stay_as_they_were_written():
    """No number goes through a float."""
    for number in ("1.10", "1e5", "123456789012345678901234567890", "-0", "0.1000"):
        assert pretty(f'{{"n": {number}}}').text == f'{{\n  "n": {number}\n}}'


@pytest.mark.parametrize("stored", ["[" * 5000 + "]" * 5000, "no json", ""])
def test_what_cannot_be_laid_out_is_shown_as_it_is(stored):
    """Too deep, or no JSON at all."""
    assert pretty(stored).text == stored
    assert messages(stored) == []
    first_line(stored)


def test_large_payloads_are_cut():
    """Only a beginning is shown, and it is said so."""
    shown = pretty(json.dumps("x" * 1_000_000))
    assert not shown.whole
    assert len(shown.text) == LONGEST


@given(st.text(alphabet=st.characters()))
def test_every_text_can_be_written(text):
    """Even halves of surrogates, which no encoding takes."""
    visible(text).encode()
    first_line(json.dumps({"q": text})).encode()
    error_line(json.dumps(text)[:50]).encode()
    assert "\n" not in first_line(json.dumps({"q": text}))


@pytest.mark.parametrize(
    ("stored", "line"),
    [
        ('{"question": "How\\n far?"}', "How far?"),
        ('{"n": 1, "messages": [{"role": "user", "content": "Hi \\u00fc"}]}', "Hi ü"),
        ('{"a": {"b": "deep"}}', "deep"),
        ('{"n": 1}', '{"n": 1}'),
        ("[1, 2]", "[1, 2]"),
        ("{}", ""),
        (None, ""),
        ('{"q": "broken o', "broken o"),
        ('{"q": "broken \\u00', "broken"),
        ('{"content": "said \\"so\\""}', 'said "so"'),
    ],
)
def test_first_line_is_the_most_telling(stored, line):
    """The text of a question or message, else the first text, else the JSON; also when cut off."""
    assert first_line(stored) == line


def test_errors_are_read_as_text():
    """Stored as JSON, shown as lines."""
    assert spoken('"a\\nb"') == "a\nb"
    assert spoken('{"a": 1}') == '{"a": 1}'
    assert error_line("\"ValueError('x')\\n\\nTraceback (most rec") == "ValueError('x')"


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (None, "–"), (0, "0 µs"), (999, "999 µs"), (1500, "1.5 ms"), (250_000, "250 ms"),
        (1_234_000, "1.23 s"), (59_940_000, "59.9 s"), (60_000_000, "1 min"),
        (3_725_000_000, "1 h 2 min"), (90_000_000_000, "1 d 1 h"), (86_400_000_000, "1 d"),
    ],
)  # fmt: skip
def test_durations_have_the_digits_that_count(microseconds, text):
    """From microseconds to days."""
    assert figures.duration(microseconds) == text


def test_plots_are_in_proportion():
    """Bars are stacked to the height of their values, lines break where nothing is known."""
    plot = draw("t", {"a": [1, 3, 0], "b": [1, 1, None]}, str, start=0, step=60, unit=4)
    heights = {(bar.series, round(bar.x)): bar.height for bar in plot.bars}
    assert len(heights) == 4
    tall = max(heights.values())
    assert tall == pytest.approx(3 * min(heights.values()), rel=0.01)
    ground = {round(bar.y + bar.height, 1) for bar in plot.bars if bar.series == 0}
    assert len(ground) == 1
    assert [part.empty for part in plot.parts] == [False, False, True]
    assert plot.parts[2].texts == ["0", "–"]
    line = draw("t", {"a": [1, None, 2, 3]}, str, start=0, step=60, kind="lines")
    assert [len(piece.split()) for piece in line.lines[0][1]] == [1, 2]
    assert draw("t", {}, str, start=0, step=60).empty
