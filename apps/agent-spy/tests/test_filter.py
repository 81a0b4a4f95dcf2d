"""The filter language: what it finds, and that no text of it breaks the server."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from agent_spy.models import Base, Feedback, Run
from agent_spy.repositories import fields, filters, following, pairs
from agent_spy.wire.filter import FilterError, parse

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))
USER = 'eq(metadata_key, "user"), eq(metadata_value, "ann")'
SECOND = 1_000_000
RUNS = [
    Run(
        id=ONE, ranks=0, name="Agent", run_type="chain", start_time=10 * SECOND,
        end_time=13 * SECOND, trace_id=ONE, tags='["prod","a%b"]',
        inputs='{"question":"What is 5 % of \\"ü\\"?","n":7,"deep":{"er":"x"}}',
        outputs='{"text":"line\\nbreak"}',
        extra='{"metadata":{"thread_id":"t1","user":"ann","n":5,"a.b":"dot","ok":true}}',
        usage='{"prompt":10,"completion":5,"total":15,"cost":0.5}',
    ),
    Run(
        id=TWO, ranks=0, name="Call", run_type="llm", start_time=11 * SECOND,
        end_time=12 * SECOND, parent_id=ONE, trace_id=ONE, error='"boom \\u0000"',
        inputs='{"bad":"\\u0000"}', extra='{"metadata":{"user":"bob"}}',
    ),
    Run(id=THREE, ranks=0, name="Wait", run_type="tool", start_time=20 * SECOND, trace_id=THREE),
]  # fmt: skip


def feedback():
    return Feedback(
        id=uuid4(),
        run_id=ONE,
        key="correct",
        score=0.5,
        value='"good"',
        comment="fine",
        created_at=1,
        updated_at=1,
    )


@pytest.fixture(scope="module")
def engine():
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([*RUNS, feedback()])
        session.flush()
        following.log(session.connection(), [ONE, TWO, THREE])
        part = following.next_slice(session.connection(), 100)
        rows = following.runs(session.connection(), part.runs)
        following.apply(session.connection(), part, [following.followed(row) for row in rows])
        session.commit()
    yield engine
    engine.dispose()


def found(engine, text):
    with engine.connect() as connection:
        rows = connection.execute(select(Run.id).where(filters.condition(parse(text))))
        return {int(row[0]) for row in rows}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('eq(name, "Agent")', {1}),
        ("neq(name, 'Agent')", {2, 3}),
        ('and(eq(run_type, "llm"), lt(latency, "2s"))', {2}),
        ('or(eq(run_type, "llm"), eq(run_type, "tool"))', {2, 3}),
        ('not(eq(run_type, "llm"))', {1, 3}),
        ("gt(latency, 2)", {1}),
        ('gte(latency, "1000ms")', {1, 2}),
        ("gt(start_time, 15)", {3}),
        ('lte(start_time, "1970-01-01T00:00:11Z")', {1, 2}),
        ("eq(end_time, null)", {3}),
        ("neq(error, null)", {2}),
        ("eq(error, true)", {2}),
        ("eq(error, false)", {1, 3}),
        ('eq(status, "success")', {1}),
        ('eq(status, "pending")', {3}),
        ('in(status, ["error", "pending"])', {2, 3}),
        ('nin(run_type, ["llm"])', {1, 3}),
        ("eq(is_root, true)", {1, 3}),
        ("eq(execution_order, 1)", {1, 3}),
        (f'eq(parent_run_id, "{ONE}")', {2}),
        (f'in(id, ["{ONE}", "{THREE}"])', {1, 3}),
        ('has(tags, "prod")', {1}),
        ('has(tags, "PROD")', set()),
        ('has(tags, "a%b")', {1}),
        ('has(tags, "pro")', set()),
        ('has(metadata, \'{"user": "ann", "n": 5}\')', {1}),
        ('has(metadata, "user")', {1, 2}),
        ('and(eq(metadata_key, "user"), eq(metadata_value, "ann"))', {1}),
        ('and(eq(metadata_key, "n"), gt(metadata_value, 4))', {1}),
        ('and(eq(metadata_key, "ok"), eq(metadata_value, true))', {1}),
        ('and(eq(metadata_key, "user"), in(metadata_value, ["bob", "eve"]))', {2}),
        ('and(eq(metadata_key, "user"), neq(metadata_value, "ann"))', {2}),
        ('and(in(metadata_key, ["session_id", "thread_id"]), eq(metadata_value, "t1"))', {1}),
        (f"and({USER}, eq(metadata_key, 'n'), eq(metadata_value, 5))", {1}),
        ('eq(metadata_key, "user")', {1, 2}),
        ('neq(metadata_key, "user")', {3}),
        ('eq(metadata.a.b, "dot")', {1}),
        ('and(eq(input_key, "n"), gte(input_value, 7))', {1}),
        ('and(eq(input_key, "deep.er"), eq(input_value, "x"))', {1}),
        ('and(eq(output_key, "text"), like(output_value, "%break"))', {1}),
        ('eq(thread_id, "t1")', {1}),
        ('search("5 % of")', {1}),
        ('search("of QUEST")', {1}),
        ('search("uest")', set()),
        ('search("%")', set()),
        ('search("age")', {1}),
        ('search(name, "Age")', {1}),
        ('search(inputs, "What is 5 %")', {1}),
        ('search(inputs, "is What")', set()),
        ('not(search("boom"))', {1, 3}),
        ('search("line\nbreak")', {1}),
        ('search(inputs, "agent")', set()),
        ('search("\\u00fc")', {1}),
        ('like(name, "%a%")', {1, 2, 3}),
        ('nlike(name, "%al%")', {1, 3}),
        ("gt(total_tokens, 10)", {1}),
        ("gte(total_cost, 0.5)", {1}),
        ("exists(error)", {2}),
        ("exists(metadata.user)", {1, 2}),
        ('and(eq(feedback_key, "correct"), gt(feedback_score, 0.4))', {1}),
        ('and(eq(feedback_key, "correct"), eq(feedback_score, 1))', set()),
        ('eq(feedback_key, "correct")', {1}),
        ('and(eq(feedback_key, "correct"), eq(feedback_value, "good"))', {1}),
        ("gt(total_tokens, 99999999999999999999999)", set()),
        ("and()", {1, 2, 3}),
        ("or()", set()),
    ],
)  # fmt: skip
def test_each_operator_finds_the_runs_that_it_means(engine, text, expected):
    """Every documented operator and field finds exactly the runs that are so."""
    assert found(engine, text) == expected


def test_the_scope_of_a_filter_is_the_run_its_root_or_any_run_of_its_trace(engine):
    """`trace_filter` asks the root and `tree_filter` any run of the same trace."""
    with engine.connect() as connection:

        def ids(condition):
            return {int(row[0]) for row in connection.execute(select(Run.id).where(condition))}

        assert ids(filters.of_root(parse('eq(name, "Agent")'))) == {1, 2}
        assert ids(filters.of_root(parse('eq(name, "Call")'))) == set()
        assert ids(filters.of_any_in_trace(parse('eq(name, "Call")'))) == {1, 2}
        assert ids(filters.of_any_in_trace(parse('eq(feedback_key, "correct")'))) == {1, 2}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("name", 1),
        ('eq(name "x")', 9),
        ('eq(name, "x"', 13),
        ('eq(name, "x") eq', 15),
        ('and(eq(name, "x"), wrong(name, 1))', 20),
        ("eq(nothing, 1)", 4),
        ('and(eq(name, "x"), gt(start_time, "soon"))', 20),
        ('eq(id, "x")', 1),
        ("gt(latency, 1e999)", 13),
        ('eq(name, "\\ud800")', 10),
        ('eq(name, "\\u0000")', 10),
        ("eq(name, eq)", 10),
        ('eq(metadata_value, "x")', 1),
    ],
)  # fmt: skip
def test_a_bad_filter_says_where(text, place):
    """What cannot be read or is not known is told with its place in the text."""
    with pytest.raises(FilterError, match=rf"at character {place}$"):
        filters.condition(parse(text))


NAMES = st.sampled_from(
    [
        *fields._IDS, *fields._TIMES, *fields.TEXTS, *fields._USAGE, *fields._SPECIAL,
        *pairs._FEEDBACK, *(f"{kind}_{part}" for kind in pairs._PAIRS for part in ("key", "value")),
        "metadata", "inputs.a.b", "metadata.x", "extra.y", "wrong", "a..b",
    ]
)  # fmt: skip
OPERATORS = st.sampled_from([*filters.COMPARE, *filters._OPERATORS, "wrong"])
VALUES = st.one_of(
    st.text(max_size=12).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.text(max_size=12).map(json.dumps),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["null", "true", "false", '"2s"', '"2024-01-15T10:30:00Z"', '"{}"', "'%\\'"]),
)
CALLS = st.recursive(
    st.builds("{}({}, {})".format, OPERATORS, NAMES, VALUES),
    lambda inner: st.one_of(
        st.builds("{}({}, {})".format, OPERATORS, inner, inner),
        st.builds("{}({}, [{}, {}])".format, OPERATORS, NAMES, VALUES, VALUES),
        st.builds("{}({})".format, OPERATORS, st.one_of(inner, NAMES, VALUES)),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=400)
@given(st.one_of(CALLS, st.text(max_size=60), st.text(alphabet='eqand(),[]"\\ 1.', max_size=40)))
def test_no_text_breaks_the_reading_of_a_filter(engine, text):
    """Any text either runs as a query or is refused as a filter; nothing else comes of it."""
    try:
        made = filters.condition(parse(text))
    except FilterError:
        return
    with engine.connect() as connection:
        connection.execute(select(Run.id).where(made)).all()
        connection.execute(select(Run.id).where(filters.of_any_in_trace(parse(text)))).all()
