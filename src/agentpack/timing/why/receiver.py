"""Receives on loopback what the application's process notes, and FastAPI's own spans."""

from __future__ import annotations

import gzip
import json
import secrets
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agentpack.timing.why.otlp import MalformedError, OtelSpan, spans_of
from agentpack.timing.why.trace import Part, Stuck, Trace, stuck_of, trace_of

BOOTSTRAP = Path(__file__).with_name("bootstrap")
"""The folder whose `sitecustomize` watches the application from within."""

_LARGEST = 64 << 20
_PATIENCE = 2
_OWN_SPANS = {
    "fastapi.dependencies": "dependencies",
    "fastapi.endpoint": "endpoint",
    "fastapi.serialization": "serialization",
    "fastapi.background_task": "background_task",
}


class Received:
    """What came, and a way to wait for more. One run of one application."""

    def __init__(self) -> None:
        self.mark = secrets.token_hex(6)
        """What the ids of the traces of this run begin with."""
        self.port = 0
        self.hello: Mapping[str, Any] = {}
        self._news = threading.Condition()
        self._records: dict[str, Mapping[str, Any]] = {}
        self._stuck: list[Stuck] = []
        self._looks = False
        self._told: set[str] = set()
        self._missing = 0
        self._spans: dict[str, list[OtelSpan]] = {}

    def environment(self) -> dict[str, str]:
        """What the application's environment needs, so that its process reports to us."""
        traces = f"http://127.0.0.1:{self.port}/v1/traces"
        return {
            "AGENTPACK_WHY_PORT": str(self.port),
            "AGENTPACK_WHY_MARK": self.mark,
            "OTEL_SDK_DISABLED": "false",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": traces,
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
            # The project's own keys are for its own collector.
            "OTEL_EXPORTER_OTLP_HEADERS": "",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "",
            "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_LOGS_EXPORTER": "none",
            "OTEL_TRACES_SAMPLER": "parentbased_always_off",
            "OTEL_PROPAGATORS": "tracecontext",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }

    def new_id(self) -> str:
        """The id of a new trace of this run."""
        return self.mark + secrets.token_hex(16 - len(self.mark) // 2)

    def take(self, path: str, body: bytes) -> None:
        """Take what was posted; what is malformed is passed over."""
        with self._news:
            if path == "/records":
                for line in body.splitlines():
                    self._take_record(json.loads(line))
            elif path == "/v1/traces":
                for span in spans_of(body):
                    self._spans.setdefault(span.trace_id, []).append(span)
            self._news.notify_all()

    def _take_record(self, record: Mapping[str, Any]) -> None:
        kind = record.get("kind")
        if kind == "hello":
            self.hello = record
        elif kind == "stuck":
            self._stuck.append(stuck_of(record))
        elif kind == "ready":
            self._looks = True
        elif kind == "told":
            self._told.add(record["id"])
        elif kind == "request":
            known = self._records.get(record["id"])
            if known is None or not known["done"]:
                self._records[record["id"]] = record

    def trace(self, identity: str, *, timeout_s: float) -> Trace | None:
        """A request's trace, as much of it as came in time, and what kept the loop with it."""
        with self._news:
            self._news.wait_for(lambda: self._done(identity), timeout_s)
            # An application may have switched them off: then the first ones do not come either.
            if self.hello.get("telemetry") and self._missing < _PATIENCE:
                came = self._news.wait_for(lambda: identity in self._spans, min(timeout_s, 1.0))
                self._missing = 0 if came else self._missing + 1
            record = self._records.get(identity)
            if record is None:
                return None
            trace = trace_of(record)
            own = self._own_parts(identity)
        if not own:
            return trace
        names = {part.name for part in own}
        kept = tuple(part for part in trace.parts if part.name not in names)
        places = {part.name: part.place for part in trace.parts}
        return replace(
            trace, parts=kept + tuple(replace(part, place=places.get(part.name)) for part in own)
        )

    def _done(self, identity: str) -> bool:
        record = self._records.get(identity)
        return bool(record and record["done"]) and (identity in self._told or not self._looks)

    def _own_parts(self, identity: str) -> list[Part]:
        """FastAPI's spans, brought to the monotonic clock."""
        monotonic, clock = self.hello.get("clock", (0.0, 0.0))
        return [
            Part(
                _OWN_SPANS[span.name],
                span.start_ns / 1e9 - clock + monotonic,
                span.end_ns / 1e9 - clock + monotonic,
            )
            for span in self._spans.get(identity, ())
            if span.name in _OWN_SPANS and span.end_ns
        ]

    def stuck(self, start: float, end: float) -> tuple[Stuck, ...]:
        """When the loop was stuck between two moments."""
        with self._news:
            return tuple(one for one in self._stuck if one.start < end and one.end > start)


@contextmanager
def receiving() -> Iterator[Received]:
    """Listen on a free port of loopback until the block ends."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size) if 0 < size <= _LARGEST else b""
            try:
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                received.take(self.path, body)
            except (MalformedError, ValueError, LookupError, TypeError, OSError, zlib.error):
                self.send_response(400)
            else:
                self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A connection that breaks off is the application's end."""

    listener = Listener(("127.0.0.1", 0), Handler)
    received.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield received
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
