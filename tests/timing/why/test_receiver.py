"""What comes in over loopback: spans, records, and nonsense."""

from __future__ import annotations

import contextlib
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider

from agentpack.timing.app import App
from agentpack.timing.curl import Session
from agentpack.timing.request import Request
from agentpack.timing.server import serving
from agentpack.timing.why.otlp import MalformedError, spans_of
from agentpack.timing.why.receiver import BOOTSTRAP, receiving


@given(st.binary(max_size=200))
def test_any_bytes_are_spans_or_malformed(message: bytes):
    """Whatever is posted is read or refused, and never anything else."""
    with contextlib.suppress(MalformedError):
        assert isinstance(spans_of(message), list)


def test_spans_are_read_as_the_sdk_writes_them():
    """The exporter's own encoding of a span gives its name, trace and times back."""
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")
    span = tracer.start_span("fastapi.endpoint", start_time=5_000_000_000)
    span.end(end_time=7_000_000_000)
    (read,) = spans_of(encode_spans([span]).SerializeToString())
    assert (read.name, read.start_ns, read.end_ns) == ("fastapi.endpoint", 5 * 10**9, 7 * 10**9)
    assert read.trace_id == f"{span.get_span_context().trace_id:032x}"


@pytest.mark.parametrize(
    ("path", "body"),
    [("/records", b"not json"), ("/records", b'{"kind": "request"}'), ("/v1/traces", b"\xff\xff")],
)
def test_nonsense_is_refused_and_forgotten(path: str, body: bytes):
    """A malformed post is answered with 400; the receiver goes on."""
    with receiving() as received:
        url = f"http://127.0.0.1:{received.port}{path}"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, body), timeout=60)
        refused.value.close()
        assert refused.value.code == 400
        assert received.trace("none", timeout_s=0.01) is None


def test_the_frameworks_own_spans_arrive(tmp_path: Path):
    """FastAPI's spans of a marked request come in, on the clock of our own."""
    Path(tmp_path, "spans.py").write_text(
        "import time\nfrom fastapi import FastAPI\napp = FastAPI()\n"
        "@app.get('/')\ndef root() -> None:\n    time.sleep(0.1)\n"
    )
    app = App("spans:app", None, tmp_path, python=(sys.executable,))
    with (
        receiving() as received,
        serving(app, environment=received.environment(), bootstrap=BOOTSTRAP) as server,
        Session() as session,
    ):
        session.send(Request("GET", server.base_url))
        identity = received.new_id()
        headers = [("traceparent", f"00-{identity}-{identity[-16:]}-01")]
        session.send(Request("GET", server.base_url), headers=headers)
        trace = received.trace(identity, timeout_s=60)
        assert received.hello["telemetry"] is True
    assert trace is not None
    assert list(received._spans) == [identity]
    (endpoint,) = [part for part in trace.parts if part.name == "endpoint"]
    assert trace.start - 0.01 < endpoint.start < endpoint.end < trace.end + 0.01
    assert endpoint.end - endpoint.start > 0.09
    assert endpoint.place is not None
    assert endpoint.place.function == "root"
