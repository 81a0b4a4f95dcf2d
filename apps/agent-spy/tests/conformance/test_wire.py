"""What SDKs put on the wire, by hand: every form of it, and what is malformed."""

from __future__ import annotations

import gzip
import http.client as plain
import json
import urllib.parse
from uuid import uuid4

import pytest
import zstandard

START, END = "2026-11-01T10:00:00.000001+00:00", "2026-11-01T10:00:01.5Z"
BOUNDARY = "----conformance"
FORM = {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}


def run(project, run_id, **more):
    order = f"20261101T100000000001Z{run_id}"
    return {
        "id": run_id, "trace_id": run_id, "dotted_order": order, "name": "n", "run_type": "chain",
        "start_time": START, "session_name": project,
    } | more  # fmt: skip


def part(name, data, kind="application/json", *, length: bool = True):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    size = f"Content-Length: {len(data)}\r\n" if length else ""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: {kind}\r\n{size}\r\n"
    )
    return head.encode() + data + b"\r\n"


def form(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def in_parts(project, run_id):
    """As the Python SDK sends a run: outputs and events still empty, then a patch."""
    return form(
        part(f"post.{run_id}", run(project, run_id)),
        part(f"post.{run_id}.inputs", {"a": 1}),
        part(f"post.{run_id}.outputs", {}),
        part(f"post.{run_id}.events", []),
        part(f"patch.{run_id}", {"id": run_id, "end_time": END, "name": None}),
        part(f"patch.{run_id}.outputs", b'{"big": 18446744073709551617}'),
    )


@pytest.mark.parametrize("encoding", ["", "zstd", "gzip"])
def test_multipart_in_every_encoding(http, stored, project, encoding):
    """A multipart body is taken plain, with zstd and with gzip."""
    run_id = str(uuid4())
    body = in_parts(project, run_id)
    if encoding == "zstd":
        body = zstandard.ZstdCompressor().compress(body)
    elif encoding == "gzip":
        body = gzip.compress(body)
    named = {"Content_Encoding": encoding} if encoding else {}
    status, _ = http("POST", "/runs/multipart", body, **FORM, **named)
    assert status in {200, 202}
    (read,) = stored(1)
    assert (read.name, read.inputs, read.status) == ("n", {"a": 1}, "success")
    assert read.outputs == {"big": 2**64 + 1}


def test_a_stream_of_zstd_frames_without_their_size(http, stored, project):
    """zstd as the SDK streams it: flushed in pieces, the size not told in advance."""
    ids = [str(uuid4()) for _ in range(50)]
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    body = b""
    for run_id in ids:
        body += packer.compress(
            in_parts(project, run_id).removesuffix(f"--{BOUNDARY}--\r\n".encode())
        )
        body += packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    body += packer.compress(f"--{BOUNDARY}--\r\n".encode()) + packer.flush()
    assert http("POST", "/runs/multipart", body, **FORM, Content_Encoding="zstd")[0] in {200, 202}
    assert {str(read.id) for read in stored(50)} == set(ids)


def test_chunked_parts_with_their_length_in_the_type(server, stored, project, client):
    """Chunked, without any Content-Length, as the JavaScript SDK sends it."""
    run_id = str(uuid4())
    message = run(project, run_id, end_time=1793527201500)
    body = form(
        part(f"post.{run_id}", message, "application/json; length=1", length=False),
        part(f"post.{run_id}.inputs", {"a": 1}, "application/json; length=7", length=False),
        part(f"attachment.{run_id}.file", b"\r\n--\x00\xff", "image/png; length=6", length=False),
    )
    address = urllib.parse.urlsplit(server)
    connection = plain.HTTPConnection(address.hostname, address.port, timeout=30)
    pieces = (body[at : at + 37] for at in range(0, len(body), 37))
    connection.request(
        "POST",
        f"{address.path}/runs/multipart",
        body=pieces,
        headers={"Content-Type": FORM["Content_Type"], "x-api-key": "any-key"},
        encode_chunked=True,
    )
    assert connection.getresponse().status in {200, 202}
    connection.close()
    stored(1)
    read = client.read_run(run_id)
    assert read.end_time.isoformat() == "2026-11-01T10:00:01.500000+00:00"
    assert read.attachments["file"]["reader"].read() == b"\r\n--\x00\xff"


def test_batches_in_any_order(http, stored, project):
    """`/runs/batch` takes posts and patches, the patch first, and tells what it cannot take."""
    run_id, other = str(uuid4()), str(uuid4())
    patch = {"id": run_id, "trace_id": run_id, "outputs": {"b": 2}, "end_time": END, "inputs": None}
    assert http("POST", "/runs/batch", {"patch": [patch]})[0] in {200, 202}
    posts = [run(project, run_id, inputs={"a": 1}, outputs={}), run(project, other, end_time=END)]
    assert http("POST", "/runs/batch", {"post": posts})[0] in {200, 202}
    assert http("POST", "/runs/batch", {"post": posts, "patch": []})[0] in {200, 202}
    read = {str(found.id): found for found in stored(2)}
    assert (read[run_id].inputs, read[run_id].outputs) == ({"a": 1}, {"b": 2})


def test_single_requests_without_id_or_trace(http, stored, project, client):
    """A PATCH whose body has no id, and runs without trace, in the worst order."""
    root, child, leaf = (str(uuid4()) for _ in range(3))

    def post(run_id, **more):
        body = {"id": run_id, "name": "n", "run_type": "chain", "start_time": START,
                "session_name": project} | more  # fmt: skip
        assert http("POST", "/runs", body)[0] in {200, 202}

    assert http("PATCH", f"/runs/{leaf}", {"end_time": END, "outputs": {"x": 1}})[0] in {200, 202}
    post(leaf, parent_run_id=child)
    assert http("PATCH", f"/runs/{root}", {"end_time": END, "trace_id": root})[0] in {200, 202}
    post(child, parent_run_id=root, end_time=END)
    post(root)
    runs = stored(3)
    assert {str(found.trace_id) for found in runs} == {root}
    read = client.read_run(root, load_child_runs=True)
    assert str(read.child_runs[0].child_runs[0].id) == leaf
    assert read.child_runs[0].child_runs[0].outputs == {"x": 1}


def test_feedback_in_a_multipart_body(http, stored, project, client):
    """A `feedback.` part is stored with the run that it speaks of."""
    run_id, feedback = str(uuid4()), str(uuid4())
    told = {"id": feedback, "run_id": run_id, "trace_id": run_id, "key": "k", "score": True}
    body = form(
        part(f"feedback.{feedback}", told),
        part(f"post.{run_id}", run(project, run_id, end_time=END)),
    )
    assert http("POST", "/runs/multipart", body, **FORM)[0] in {200, 202}
    (read,) = stored(1)
    (found,) = client.list_feedback(run_ids=[read.id])
    assert (str(found.id), found.key, found.score) == (feedback, "k", 1)


def test_payloads_of_odd_kinds_spoil_no_page(http, stored, project):
    """A run whose payloads are no objects is stored, and read back beside the others."""
    odd, good = str(uuid4()), str(uuid4())
    told = {"inputs": "text", "outputs": [1], "error": {"code": 5}, "tags": "t", "extra": 7}
    posts = [run(project, odd, end_time=END, events={}, **told), run(project, good, end_time=END)]
    assert http("POST", "/runs/batch", {"post": posts})[0] in {200, 202}
    read = {str(found.id): found for found in stored(2)}
    assert "text" in read[odd].inputs.values()
    assert [1] in read[odd].outputs.values()
    assert (read[odd].status, json.loads(read[odd].error)) == ("error", {"code": 5})


GOOD = str(uuid4())
MALFORMED = [
    ("POST", "/runs/xyz", {}, {404}),
    ("GET", "/no/such/path", None, {404}),
    ("GET", "/runs/xyz", None, {400, 404, 422}),
    ("PATCH", "/runs/xyz", {"id": "xyz"}, {400, 404, 422}),
    ("POST", f"/runs/{GOOD}", {}, {404, 405}),
    ("GET", f"/runs/{GOOD}", None, {404}),
    ("POST", "/runs", b"", {400, 422}),
    ("POST", "/runs", b"[1]", {400, 422}),
    ("POST", "/runs", b'{"id": 5}', {400, 422}),
    ("POST", "/runs", {"id": "no-uuid", "name": "n"}, {400, 422}),
    ("POST", "/runs", {"id": GOOD, "start_time": "soon"}, {400, 422}),
    ("POST", "/runs", b'{"id": "' + GOOD.encode() + b'", "name": "\xff"}', {400, 422}),
    ("POST", "/runs/batch", b"{", {400, 422}),
    ("POST", "/runs/batch", {"post": {}}, {400, 422}),
    ("POST", "/runs/query", b"nonsense", {400, 422}),
    ("POST", "/runs/query", {"id": ["x"]}, {400, 422}),
    ("POST", "/runs/query", {"limit": 0}, {400, 422}),
    ("POST", "/runs/query", {"cursor": "%%%"}, {400, 422}),
    ("POST", "/runs/query", {"cursor": "ü"}, {400, 422}),
    ("POST", "/runs/query", {"start_time": "never"}, {400, 422}),
    ("POST", "/runs/query", {"filter": "eq(name"}, {400, 422}),
    ("POST", "/runs/query", {"filter": "eq(name, "}, {400, 422}),
    ("POST", "/runs/query", {"filter": 'zap(name, "x")'}, {400, 422}),
    ("POST", "/runs/query", {"trace_filter": ")"}, {400, 422}),
    ("POST", "/runs/stats", {"session": "x"}, {400, 422}),
    ("GET", "/sessions/xyz", None, {400, 404, 422}),
    ("GET", f"/sessions/{GOOD}", None, {404}),
    ("GET", "/sessions?limit=x", None, {400, 422}),
    ("POST", "/feedback", {"key": "no run", "score": "high"}, {400, 422}),
    ("POST", "/feedback", b"{", {400, 422}),
    ("GET", f"/feedback/{GOOD}", None, {404}),
    ("PATCH", f"/feedback/{GOOD}", {"score": 1}, {404}),
    ("DELETE", f"/feedback/{GOOD}", None, {404}),
    ("GET", "/feedback?run=xyz", None, {400, 422}),
    ("PUT", f"/runs/{GOOD}/share", {"run_id": GOOD}, {404}),
    ("GET", f"/public/{GOOD}/run", None, {404}),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    MALFORMED,
    ids=[
        f"{method} {path} {str(body)[:30]}".replace(GOOD, "ID")
        for method, path, body, _ in MALFORMED
    ],
)
def test_what_is_malformed_is_refused_with_a_reason(http, method, path, body, allowed):
    """Unknown paths, malformed ids and malformed bodies are 4xx with a reason, never 5xx."""
    named = {"Content_Type": "application/json"} if isinstance(body, bytes) else {}
    status, answer = http(method, path, body, **named)
    assert status in allowed
    assert json.loads(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", {}),
        (b"no parts", FORM),
        (form(part("post.x", {})).removesuffix(b"--\r\n"), FORM),
        (b"\x28\xb5\x2f\xfd\x00", FORM | {"Content_Encoding": "zstd"}),
        (b"\x1f\x8b\x08\x00", FORM | {"Content_Encoding": "gzip"}),
        (b"x", FORM | {"Content_Encoding": "br"}),
    ],
    ids=["nothing", "no parts", "broken off", "bad zstd", "bad gzip", "unknown encoding"],
)
def test_broken_multipart_bodies_are_refused(http, body, named):
    """A multipart body that is none, or broke off, is 4xx."""
    status, _ = http("POST", "/runs/multipart", body, **named)
    assert 400 <= status < 500


def test_one_bad_part_costs_no_other(http, stored, project):
    """Of a body with runs that cannot be understood, all others are stored."""
    run_id = str(uuid4())
    body = form(
        part("post.not-an-id", {"name": "bad"}),
        part(f"post.{run_id}", run(project, run_id, end_time=END)),
        part(f"post.{uuid4()}", b"{broken"),
        part("attachment.not-an-id.file", b"x"),
        part("feedback.not-an-id", {"key": "k"}),
        part("nonsense.1", b"x"),
    )
    assert http("POST", "/runs/multipart", body, **FORM)[0] in {200, 202}
    (read,) = stored(1)
    assert str(read.id) == run_id
