"""Bodies and parameters of any kind: none is the server's fault."""

from __future__ import annotations

import json
from urllib.parse import quote
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ID = str(uuid4())
LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.just(ID), st.just("\0"), st.just("2026-11-01T10:00:00Z"),
    st.sampled_from([10**30, -1, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]),
)  # fmt: skip
VALUE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        "id", "run_id", "trace_id", "session", "session_id", "session_name", "name", "run_type",
        "start_time", "end_time", "parent_run_id", "dotted_order", "inputs", "outputs", "events",
        "extra", "error", "tags", "status", "key", "score", "value", "comment", "limit", "cursor",
        "select", "selects", "order", "query", "filter", "is_root", "trace", "project_ids", "ids",
        "min_start_time", "page_size", "project_id", "description", "share_token", "post", "patch",
        "reference_dataset_id", "created_at", "modified_at", "feedback_source", "address",
    ]
)  # fmt: skip
BODY = st.one_of(st.dictionaries(KEYS, VALUE, max_size=6), VALUE)
PATHS = st.sampled_from(
    [
        ("POST", "/runs"), ("PATCH", f"/runs/{ID}"), ("POST", "/runs/batch"),
        ("POST", "/runs/query"), ("POST", "/runs/stats"), ("POST", "/sessions?upsert=true"),
        ("PATCH", f"/sessions/{ID}"), ("POST", "/feedback"), ("PATCH", f"/feedback/{ID}"),
        ("PUT", f"/runs/{ID}/share"), ("POST", "/api/v2/runs/query"),
        ("POST", "/api/v2/traces/query"), ("POST", "/api/v2/threads/query"),
        ("POST", "/api/v2/threads/stats"), ("POST", f"/api/v2/runs/{ID}/share"),
    ]
)  # fmt: skip
READS = st.sampled_from(
    [
        "/sessions?name={}", "/sessions?name_contains={}", "/sessions?metadata={}",
        "/sessions?id={}", "/sessions?offset={}", "/sessions/{}", "/runs/{}", "/feedback?run={}",
        "/feedback?key={}", "/feedback?source={}", "/feedback?limit={}", "/feedback/{}",
        "/public/{}/run", "/attachments/" + ID + "/{}?until=1&signature=x",
        "/attachments/" + ID + "/a?until=9999999999&signature={}",
        "/api/v2/runs/" + ID + "?project_id={}&selects={}", "/api/v2/threads/{}/traces",
        "/api/v2/threads/{}/stats?session_id=" + ID,
        "/api/v2/threads/{}/traces?project_id=" + ID,
        "/api/v2/traces/" + ID + "/runs?filter={}", "/sessions/resolutions?kind={}",
    ]
)  # fmt: skip
FUZZ = settings(
    deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(where=PATHS, body=BODY)
def test_no_body_breaks_the_server(http, where, body):
    """Any JSON to any address is taken, or refused with a reason; never 5xx."""
    method, path = where
    status, answer = http(method, path, json.dumps(body).encode(), Content_Type="application/json")
    assert status < 500, (status, answer)
    assert status < 400 or json.loads(answer)["detail"]


@FUZZ
@given(path=READS, text=st.one_of(LEAF.map(str), st.text(max_size=20)))
def test_no_parameter_breaks_the_server(http, path, text):
    """Any text in an address is taken, or refused with a reason; never 5xx."""
    plain = text.encode("utf-8", "surrogatepass")
    status, answer = http("GET", path.replace("{}", quote(plain, safe="")))
    assert status < 500, (status, answer)
    assert status < 400 or json.loads(answer)["detail"]
