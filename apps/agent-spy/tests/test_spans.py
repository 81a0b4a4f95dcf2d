"""A span of any content is a run, or is refused with a reason."""

from __future__ import annotations

import json
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_spy.wire.change import FULL, LANES
from agent_spy.wire.otlp import conventions
from agent_spy.wire.otlp.run import run_id, understand
from agent_spy.wire.otlp.span import Event, Origin, Span


def every_name(value):
    """All names of attributes in the tables of conventions."""
    if isinstance(value, str):
        return {value, f"{value}0.role", f"{value}0.message.content", f"{value}x"}
    if isinstance(value, dict):
        return every_name(list(value)) | every_name(list(value.values()))
    if isinstance(value, tuple | list | frozenset):
        return {name for item in value for name in every_name(item)}
    return set()


NAMES = sorted(
    name
    for table, value in vars(conventions).items()
    if table.isupper()
    for name in every_name(value)
)
DEEP = "[" * 900 + "]" * 900
LEAF = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["", "\0", "{", "[1e400]", "[" * 5000, DEEP, '{"a": [1]}', '["x"]', "9" * 40]),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=3),
    st.none(),
)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
ATTRIBUTES = st.dictionaries(
    st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), VALUE, max_size=6
)
TIME = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 2 * 10**18))
SPAN = st.builds(
    Span,
    trace_id=st.binary(min_size=16, max_size=16),
    span_id=st.binary(min_size=8, max_size=8),
    parent_id=st.one_of(st.just(b""), st.binary(min_size=8, max_size=8)),
    name=st.text(max_size=8),
    start=TIME,
    end=TIME,
    attributes=ATTRIBUTES,
    events=st.lists(
        st.builds(Event, st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), TIME, ATTRIBUTES),
        max_size=2,
    ),
    failed=st.booleans(),
    message=st.text(max_size=8),
    origin=st.builds(Origin, ATTRIBUTES, st.sampled_from(["", "langsmith"])),
)


@settings(deadline=None, max_examples=150)
@given(SPAN)
def test_any_span_is_a_run_or_refused(span):
    """Its payloads are JSON, its texts are what PostgreSQL keeps, its ranks are the least."""
    try:
        told = understand(span, "a project")
    except (ValueError, RecursionError):
        return
    change = told.said.change
    for field in ("inputs", "outputs", "events", "extra", "serialized", "error", "tags", "usage"):
        payload = getattr(change, field)
        if payload is not None:
            json.loads(payload)
    for field in ("name", "run_type", "dotted_order"):
        assert "\0" not in (getattr(change, field) or "")
    assert len(change.id) == 16
    for field, shift in LANES.items():
        rank = change.ranks >> shift & FULL
        assert rank in {0, 1}
        assert not rank or getattr(change, field) is not None


def test_the_id_of_a_spans_run_is_a_uuid_of_its_own():
    """Made of both ids, the same each time, and a UUID by its version and variant."""
    first = UUID(bytes=run_id(b"t" * 16, b"s" * 8))
    assert first == UUID(bytes=run_id(b"t" * 16, b"s" * 8))
    assert first != UUID(bytes=run_id(b"t" * 16, b"S" * 8))
    assert (first.version, first.variant) == (8, UUID(int=0x8000 << 48).variant)
