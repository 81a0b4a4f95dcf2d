"""An answer is right by its status and by the schema that the document declares for it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib

import pytest

from agentpack.timing.request import Expectation, Request
from agentpack.timing.requests import check
from agentpack.timing.requests.openapi.bundle import bundle

SCHEMA = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/$defs/0"}},
    },
    "$defs": {
        "0": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer"},
                "parent": {"anyOf": [{"$ref": "#/$defs/0"}, {"type": "null"}]},
            },
        }
    },
}
GOOD = {"items": [{"id": 1, "parent": {"id": 2, "parent": None}}]}


def request(schema=SCHEMA, statuses=(), method="GET") -> Request:
    return Request(method, "http://h", expect=Expectation(statuses, schema))


def test_an_answer_as_declared_is_right():
    """Status and body as declared give no failure, compressed or not."""
    body = json.dumps(GOOD).encode()
    assert check(request(), 200, (), body) is None
    assert check(request(), 201, (("Content-Encoding", "gzip"),), gzip.compress(body)) is None
    assert check(request(), 200, (("content-encoding", "deflate"),), zlib.compress(body)) is None


@pytest.mark.parametrize(
    ("request_", "status", "body", "says"),
    [
        (request(), 500, b"", "status 500, not a 2xx"),
        (request(), 304, b"", "status 304, not a 2xx"),
        (request(statuses=(201, 202)), 200, b"", "status 200, not 201 or 202"),
        (request(), 200, b"<html>", "the body is not JSON (text/html), but its schema says so"),
        (request(), 200, b"", "the body is not JSON (text/html), but its schema says so"),
        (request(), 200, b"[" * 10**6, "the body is not JSON (text/html), but its schema says so"),
        (request(), 200, b"{}", 'all of it: "items" is a required property'),
        (request(), 200, b'{"items": [{"id": 1}, {"id": "2"}]}', 'items[1].id: "2" is not of type'),
        (request(), 200, b'{"items": [{"id": 1, "parent": 5}]}', "items[0].parent: 5 is not valid"),
    ],
)
def test_a_wrong_answer_is_named_with_its_place(request_, status, body, says):
    """A failure says in one sentence what is wrong and where."""
    failure = check(request_, status, (("Content-Type", "text/html"),), body)
    assert failure is not None
    assert says in failure


def test_what_has_no_body_is_not_checked():
    """HEAD and 204 have no body, and a request without a schema may answer anything."""
    assert check(request(method="HEAD"), 200, (), b"") is None
    assert check(request(), 204, (), b"") is None
    assert check(request(schema=None), 200, (), b"\xff") is None
    assert check(request(schema=None, statuses=(404,)), 404, (), b"") is None


def test_a_failure_stays_short():
    """A large wrong value does not fill the report."""
    body = json.dumps({"items": {"x" * 10_000: 1}}).encode()
    failure = check(request(), 200, (), body)
    assert failure is not None
    assert len(failure) < 300
    assert failure.endswith('is not of type "array"')


def test_a_body_larger_than_memory_is_refused():
    """A small compressed body that would become gigabytes is a failure, not a crash."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 24)
    bomb = b"".join(packer.compress(zeros) for _ in range(20)) + packer.flush()
    failure = check(request(), 200, (("content-encoding", "gzip"),), bomb)
    assert failure is not None
    assert "not JSON" in failure


def test_schemas_with_equal_text_and_a_new_one_at_an_old_place_are_told_apart():
    """A schema that was freed does not lend its validator to another one."""
    for kind, value in (("integer", 1), ("string", "a")) * 50:
        one = {"type": kind}
        assert check(request(schema=one), 200, (), json.dumps(value).encode()) is None
        assert check(request(schema=one), 200, (), b"null") is not None


def test_nothing_is_imported_before_a_schema_is_checked():
    """Requests without a schema do without the validator's library."""
    code = (
        "import sys; import agentpack.timing.requests as r; from agentpack.timing.request import *;"
        "r.check(Request('GET', 'http://h'), 200, (), b'');"
        "print([m for m in ('jsonschema_rs', 'yaml', 'pycurl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


DOCUMENT_30 = {
    "openapi": "3.0.3",
    "components": {
        "schemas": {
            "Node": {
                "type": "object",
                "required": ["name", "password"],
                "properties": {
                    "name": {"type": "string", "nullable": True},
                    "password": {"type": "string", "writeOnly": True},
                    "next": {"$ref": "#/components/schemas/Node"},
                    "share": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                    "either": {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}]},
                    "maybe": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Node"}]},
                },
                "additionalProperties": False,
                "example": {"name": 1},
            }
        }
    },
}


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ({"name": "a"}, True),
        ({"name": None}, True),
        ({}, False),
        ({"name": "a", "next": {"name": "b", "next": {"name": None}}}, True),
        ({"name": "a", "next": {"name": 1}}, False),
        ({"name": "a", "next": None}, False),
        ({"name": "a", "share": 0.1}, True),
        ({"name": "a", "share": 0}, False),
        ({"name": "a", "either": "abc"}, False),
        ({"name": "a", "either": "ab"}, True),
        ({"name": "a", "maybe": None}, True),
        ({"name": "a", "maybe": {}}, False),
        ({"name": "a", "other": 1}, False),
    ],
)
def test_schemas_of_3_0_mean_what_3_0_says(value, right):
    """Nullable, exclusive bounds, write-only and recursive schemas of OpenAPI 3.0 are kept."""
    schema = bundle(DOCUMENT_30, {"$ref": "#/components/schemas/Node"})
    failure = check(request(schema=schema), 200, (), json.dumps(value).encode())
    assert (failure is None) is right, failure
