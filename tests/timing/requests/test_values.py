"""Values that are made up of a schema fit it, and where none can be made up that is said."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentpack.timing.requests.openapi.bundle import bundle
from agentpack.timing.requests.openapi.document import MalformedError
from agentpack.timing.requests.openapi.pattern import candidates
from agentpack.timing.requests.openapi.values import UnknownValueError, value

DOCUMENT = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Endless": {
                "type": "object",
                "required": ["next"],
                "properties": {"next": {"$ref": "#/components/schemas/Endless"}},
            },
            "Circle": {"$ref": "#/components/schemas/Circle"},
            "Colour": {"type": "string", "enum": ["red", "green"]},
        }
    },
}

SCALARS = st.one_of(
    st.builds(
        lambda low, size, whole, step: {
            "type": "integer" if whole else "number", "minimum": low, "maximum": low + size,
            **({"multipleOf": step} if step and size >= step else {}),
        },
        st.integers(-50, 50), st.integers(0, 40), st.booleans(), st.none() | st.integers(1, 7),
    ),
    st.builds(
        lambda low: {"type": "integer", "exclusiveMinimum": low, "exclusiveMaximum": low + 2},
        st.integers(-9, 9),
    ),
    st.builds(
        lambda low, size: {"type": "string", "minLength": low, "maxLength": low + size},
        st.integers(0, 30), st.integers(0, 9),
    ),
    st.sampled_from(["uuid", "date", "date-time", "email", "ipv4", "uri"]).map(
        lambda name: {"type": "string", "format": name}
    ),
    st.just({"type": ["null", "boolean"]}),
    st.just({"$ref": "#/components/schemas/Colour"}),
    st.just({"enum": [3, "x"]}),
    st.just({"const": [1]}),
)  # fmt: skip
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(
            lambda each, n: {"type": "array", "items": each, "minItems": n},
            inner, st.integers(0, 3),
        ),
        st.dictionaries(st.sampled_from("abcd"), inner).map(
            lambda props: {"type": "object", "properties": props, "required": list(props)}
        ),
        st.builds(lambda one, two: {"anyOf": [{"type": "null"}, one, two]}, inner, inner),
        inner.map(lambda one: {"allOf": [one]}),
    ),
    max_leaves=6,
)  # fmt: skip


@given(SCHEMAS)
@settings(max_examples=300, deadline=None)
def test_what_is_made_up_fits_its_schema(schema):
    """Any value that is made up is valid by an independent validator."""
    try:
        made = value(DOCUMENT, schema)
    except UnknownValueError:
        return
    whole = bundle(DOCUMENT, schema)
    if whole is not None:
        jsonschema_rs.Draft202012Validator(whole).validate(made)


PATTERNS = [
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$", r"^\d{4}-\d{2}-\d{2}$", r"^[A-Z]{2,3}$", r"^(foo|bar)\.[^.]+$",
    r"^[^\x00]*$", r"^\+?[1-9]\d{1,14}$", r"^v\d+(\.\d+)*$",
    r"^[\w.-]+@[\w-]+\.[a-z]{2,}$", r"^#[0-9a-fA-F]{6}$",
    r"^(?!admin$)[a-z]{3,10}$", r"^\S+$",
    r"^[a-zA-Z_][a-zA-Z0-9_]*$", r"^[0-9a-f]{24}$", r"^/[a-z/]*$",
    r"^(?P<year>\d{4})$", r"^[\]\-]x?$", r"^(a|b)+?c{2,}$", r"plain", r"^$|^x$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_text_is_found_for_the_patterns_that_people_write(pattern):
    """One of the candidates fits the pattern."""
    assert any(re.search(pattern, text) for text in candidates(pattern)), list(candidates(pattern))


@given(st.from_regex(r"[a-z\[\](){}\\^$.*+?|0-9-]{0,12}", fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_any_pattern_ends_in_a_text_that_fits_or_in_words(pattern):
    """A strange pattern is answered with a fitting text, or named as not understood."""
    try:
        made: str | None = value(DOCUMENT, {"type": "string", "pattern": pattern})
    except UnknownValueError:
        made = None
    assert made is None or re.search(pattern, made)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"$ref": "#/components/schemas/Endless"}, "its schema has no end"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no number is from 5 to 4"),
        ({"type": "integer", "minimum": 1, "maximum": 2, "multipleOf": 5}, "no number is from 1"),
        ({"type": "string", "pattern": "^[ab]{3}$", "minLength": 5}, "no text was found"),
        ({"type": "string", "pattern": "("}, "is not understood"),
    ],
)
def test_where_nothing_can_be_made_up_that_is_said(schema, says):
    """A schema that nothing fits, or that has no end, is told with the reason."""
    with pytest.raises(UnknownValueError, match=re.escape(says)):
        value(DOCUMENT, schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Circle"}, {"$ref": "#/nowhere"}, {"$ref": "other.json#/x"},
        {"type": "strange"},
    ],
)  # fmt: skip
def test_a_malformed_schema_is_named(schema):
    """References that lead nowhere, outside or in a circle, and unknown types, are faults."""
    with pytest.raises(MalformedError):
        value(DOCUMENT, schema)
