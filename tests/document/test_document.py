"""What Claude Code reads in a file: fences, keys, lines, YAML 1.2 scalars."""

from __future__ import annotations

import pytest

from agentpack import document


def test_keys_have_values_and_lines() -> None:
    """Each key is read with its line, counted in the file."""
    read = document.read(b"---\nname: a\n# remark\ndescription: what\n---\n\nBody\n")
    assert read.problem is None
    assert read.body == "\nBody\n"
    assert {key: (field.value, field.line) for key, field in read.fields.items()} == {
        "name": ("a", 2),
        "description": ("what", 4),
    }


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("2026-01-01", "2026-01-01"),
        ("true", True),
        ("123", 123),
        ("1.5", 1.5),
        ("null", None),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("a #b", "a"),
        ('"no"', "no"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(scalar: str, value: object) -> None:
    """What YAML 1.1 takes for a boolean or a date is text to the client."""
    assert document.read(f"---\nkey: {scalar}\n---\n".encode()).fields["key"].value == value


def test_the_first_fence_closes_even_inside_a_value() -> None:
    """A `---` in a block scalar ends the block, and what follows is body."""
    read = document.read(
        b"---\nname: a\ndescription: |\n  one\n  ---\n  two\ntools: Read\n---\nBody"
    )
    assert read.text("description") == "one\n"
    assert "tools" not in read.fields


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"---\nname: a\n", "there is no closing ---", 1),
        (b"\n---\nname: a\n---\n", "no frontmatter at the top", 1),
        (b"---\nname: c\n\tdescription: x\n---\n", "a tab as indentation", 3),
        (b"---\n- a\n---\n", "not a list of keys", 2),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(
    data: bytes, reason: str, line: int
) -> None:
    """Bad content never raises: it becomes a reason and a line."""
    problem = document.read(data).problem
    assert problem is not None
    assert reason in problem.reason
    assert problem.line == line


def test_what_is_not_utf_8_is_replaced_and_its_line_known() -> None:
    """The client loads such a file, with U+FFFD for what it cannot decode."""
    read = document.read(b"---\nname: a\ndescription: caf\xe9\n---\n")
    assert read.problem is None
    assert read.text("description") == "caf\ufffd"
    assert read.not_utf8 == 3


def test_a_byte_order_mark_is_not_content() -> None:
    """A file that starts with one is read as if it did not."""
    assert document.read(b"\xef\xbb\xbf---\nname: a\n---\n").text("name") == "a"


@pytest.mark.parametrize("written", ["a, b", "a b", "[a, b]", "\n  - a\n  - b"])
def test_names_are_read_in_every_spelling(written: str) -> None:
    """A list, commas or spaces name the same skills."""
    assert document.read(f"---\nskills: {written}\n---\n".encode()).names("skills") == ("a", "b")


@pytest.mark.parametrize(
    ("block", "line", "column"),
    [
        ("name: a\ndescription: first\nsecond line\ntools: Read\n", 4, 1),
        ("name: a\ndescription: first\nsecond\n\nthird\ntools: Read\n", 4, 1),
        ("name: a\ndescription:x\ntools: Read\n", 3, 1),
        ("name: a\ntools:Read\n", 3, 1),
        ("name: a\nlast words\n", 3, 1),
        ("first words\nname: a\n", 2, 1),
        ("metadata:\n  a: b\n  words\n  c: d\n", 4, 3),
        ('name: a\ndescription: "never closed\ntools: Read\n', 3, 14),
        ('name: a\ndescription: "x" for y\ntools: Read\n', 3, 18),
        ("name: a\ndescription: - x\ntools: Read\n", 3, 14),
        ("name: a\r\ndescription: Use when: x\r\n", 3, 22),
        ('name: a\ndescription: "C:\\dir"\n', 3, 17),
    ],
)
def test_a_fault_is_told_where_it_stands(block, line, column) -> None:
    """The line is the one to mend, not the next, by which the reader notices."""
    problem = document.read(f"---\n{block}---\nB\n".encode()).problem
    assert problem is not None
    assert (problem.rule, problem.line, problem.column) == ("yaml-syntax", line, column)
