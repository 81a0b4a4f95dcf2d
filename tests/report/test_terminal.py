"""Widths, colours and hostile signs in a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentpack.report.terminal import Style, columns, fit, printable, table, takes, width


@pytest.mark.parametrize(
    ("text", "wide"),
    [("", 0), ("abc", 3), ("\033[31mred\033[0m", 3), ("長い", 4), ("e\u0301", 1), ("…█", 2)],
)
def test_width(text: str, wide: int) -> None:
    """Paint and combining signs take no column, wide signs take two."""
    assert width(text) == wide


@given(st.text(), st.integers(0, 40))
def test_fit_keeps_the_room(text: str, room: int) -> None:
    """What is fitted is never wider than its room, and whole where that is wide enough."""
    assert width(fit(text, room)) <= room
    if width(text) <= room:
        assert fit(text, room) == text


def test_fit_keeps_both_ends() -> None:
    """Of a URL that is too long the beginning and the end stay."""
    assert fit("GET /api/v1/customers/orders/42", 15) == "GET /ap…ders/42"


@given(st.text())
def test_printable_leaves_nothing_unseen(text: str) -> None:
    """No sign is left that a terminal would obey or not show, save those that are kept."""
    assert printable(text).isprintable()
    kept = printable(text, keep="\n\t")
    assert all(sign.isprintable() or sign in "\n\t" for sign in kept)
    kept.encode("utf-8")


def test_table_aligns_painted_cells() -> None:
    """Columns stand under each other whatever cells are painted in."""
    red = Style(coloured=True).paint("red", "no")
    painted, plain = table([(red, "1"), ("maybe", "2")], Style(coloured=True)).splitlines()
    assert painted.replace("\033[31m", "").replace("\033[0m", "") == "  no     1"
    assert plain == "  maybe  2"


def test_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS says how wide a stream is; one that is no terminal has 100 columns."""
    monkeypatch.setenv("COLUMNS", "72")
    assert columns(io.StringIO()) == 72
    for nonsense in ("", "0", "wide", "-3"):
        monkeypatch.setenv("COLUMNS", nonsense)
        assert columns(io.StringIO()) == 100


def test_takes() -> None:
    """A stream takes the signs that its encoding has."""
    assert takes(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), "█")
    assert not takes(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"), "█")
    assert not takes(io.StringIO(), "█")
