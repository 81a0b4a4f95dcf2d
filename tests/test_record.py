"""Records behave as frozen dataclasses do, but for what they cost."""

from __future__ import annotations

import pytest

from agentpack.record import Record, replace


class Spot(Record):
    path: str
    line: int = 1
    """From 1."""

    @property
    def shown(self) -> str:
        return f"{self.path}:{self.line}"


class Mark(Record):
    spot: Spot
    words: tuple[str, ...] = ()


def test_parts_are_given_by_place_or_by_name() -> None:
    """Either way gives the same record, defaults included, before and after the first one."""
    assert Spot(path="a") == Spot("a") == Spot("a", 1)
    assert Spot("a", line=2).shown == "a:2"
    assert Mark(Spot("a")).words == ()


@pytest.mark.parametrize("given", [{}, {"path": "a", "column": 1}])
def test_a_wrong_part_is_refused(given) -> None:
    """A part that is missing, or that there is not, is an error at once."""
    with pytest.raises(TypeError):
        Spot(**given)


def test_records_are_what_their_parts_are() -> None:
    """Equal parts are equal records with one hash; another kind is never equal."""
    assert {Mark(Spot("a"), ("x",)), Mark(Spot("a"), ("x",))} == {Mark(Spot("a"), ("x",))}
    assert Spot("a") != Spot("b")
    assert Spot("a") != ("a", 1)


def test_a_record_tells_its_parts() -> None:
    """A failed test shows what it compared."""
    assert repr(Mark(Spot("a"))) == "Mark(spot=Spot(path='a', line=1), words=())"


def test_replace_leaves_the_record_as_it_was() -> None:
    """The new one has the given parts and the old one's others."""
    before = Spot("a", 3)
    assert replace(before, path="b") == Spot("b", 3)
    assert before == Spot("a", 3)
    with pytest.raises(TypeError):
        replace(before, column=1)


def test_a_record_has_no_room_for_more() -> None:
    """A misspelt part is not silently kept."""
    with pytest.raises(AttributeError):
        Spot("a").lime = 2
