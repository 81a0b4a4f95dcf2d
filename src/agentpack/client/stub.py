"""A Messages API on loopback that answers from a script instead of a model.

It speaks what Claude Code sends: `POST /v1/messages` as server-sent events or
as JSON, `count_tokens`, and the `HEAD /` probe. It listens on 127.0.0.1 only,
on a port the kernel picks, and keeps every request for the caller to read.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
Blocks = list[dict[str, Any]]
Script = Callable[[Request], Blocks]
"""From the body of a request to the content blocks of the answer."""


def text(words: str) -> dict[str, Any]:
    """A content block of plain text."""
    return {"type": "text", "text": words}


def tool_use(ident: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A content block that calls a tool of the client."""
    return {"type": "tool_use", "id": ident, "name": name, "input": arguments}


class Stub:
    """A running stub: where it listens, and what it was asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        host, port = server.server_address[:2]
        self.base_url = f"http://{host!s}:{port}"
        self.requests: list[Request] = []


@contextmanager
def serve(script: Script) -> Iterator[Stub]:
    """Serve `script` until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    stub = Stub(server)
    server.stub, server.script = stub, script  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A hundred agents launched at once connect at once; a refused one would wait for seconds.
    request_queue_size = 1024


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._send(200, b"", "text/plain")

    def do_GET(self) -> None:
        self._send_json(
            404, {"type": "error", "error": {"type": "not_found_error", "message": "not here"}}
        )

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        path = self.path.partition("?")[0]
        if path == "/v1/messages/count_tokens":
            self._send_json(200, {"input_tokens": len(json.dumps(request)) // 4})
            return
        if path != "/v1/messages":
            self.do_GET()
            return
        self.server.stub.requests.append(request)  # type: ignore[attr-defined]
        # Side requests (titles, summaries) come without tools; the script's turns are not for them.
        blocks = self.server.script(request) if request.get("tools") else [text("ok")]  # type: ignore[attr-defined]
        message = _message(request, blocks)
        if request.get("stream"):
            events = "".join(
                f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in _events(message)
            )
            self._send(200, events.encode(), "text/event-stream")
        else:
            self._send_json(200, message)

    def _send_json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _message(request: Request, blocks: Blocks) -> dict[str, Any]:
    calls = any(block["type"] == "tool_use" for block in blocks)
    return {
        "id": "msg_stub",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "stub"),
        "content": blocks,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same message as the events a streaming client expects."""
    yield {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            start, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": start}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
        "usage": {"output_tokens": 1},
    }
    yield {"type": "message_stop"}
