"""Texts of the document's own formats, for schemathesis."""

from __future__ import annotations

import base64
import json

import schemathesis
from hypothesis import strategies as st

names = st.sampled_from(["name", "run_type", "status", "error", "start_time"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
compared = st.builds(
    lambda operator, name, value: f"{operator}({name}, {json.dumps(value)})",
    st.sampled_from(["eq", "neq"]),
    names.filter(lambda name: name not in {"start_time", "error"}),
    texts,
)
known = st.builds(lambda name: f"exists({name})", st.sampled_from(["name", "error"]))
filters = st.recursive(
    compared | known,
    lambda inner: st.builds(
        lambda operator, parts: f"{operator}({', '.join(parts)})",
        st.sampled_from(["and", "or"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
cursors = st.builds(
    lambda start, identity: base64.urlsafe_b64encode(start.to_bytes(8, "big") + identity).decode(),
    st.integers(0, 2**62),
    st.binary(min_size=16, max_size=16),
)
steps = st.builds(lambda identity: f"20260101T100000000000Z{identity}", st.uuids())

schemathesis.openapi.format("langsmith-filter", filters)
schemathesis.openapi.format("cursor", cursors)
schemathesis.openapi.format("offset-cursor", st.integers(0, 10_000).map(str))
schemathesis.openapi.format(
    "json-object", st.dictionaries(texts, texts, max_size=3).map(json.dumps)
)
schemathesis.openapi.format("dotted-order", st.lists(steps, min_size=1, max_size=3).map(".".join))

schemathesis.openapi.media_type("application/x-protobuf", st.just(b""))
