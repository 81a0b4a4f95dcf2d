"""Sends what was noted to the harness, from a thread of its own. Never blocks, never raises."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections import deque
from typing import Any

_MOST = 1000
_waiting: deque[dict[str, Any]] = deque(maxlen=_MOST)
_there = threading.Event()
_lock = threading.Lock()
_started = False


def send(record: dict[str, Any]) -> None:
    """Queue a record; when the harness does not keep up, the oldest are lost."""
    global _started  # noqa: PLW0603 - one sender for a process
    with _lock:
        if not _started:
            _started = True
            _waiting.append(_hello())
            threading.Thread(target=_run, name="agentpack-send", daemon=True).start()
    _waiting.append(record)
    _there.set()


def _hello() -> dict[str, Any]:
    from . import framework, imports

    return {
        "kind": "hello",
        "pid": os.getpid(),
        "python": sys.version.split()[0],
        "fastapi": framework.version,
        "telemetry": framework.has_telemetry,
        "clock": [time.monotonic(), time.time()],
        "failures": imports.failures,
    }


def _run() -> None:
    import json

    while True:
        _there.wait()
        _there.clear()
        while _waiting:
            try:
                line = json.dumps(_waiting.popleft(), default=str)
            except (TypeError, ValueError):
                line = "{}"
            _post(line.encode())


def _post(body: bytes) -> None:
    head = "POST /records HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    try:
        port = int(os.environ["AGENTPACK_WHY_PORT"])
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(head.encode() + body)
            connection.recv(64)
    except (OSError, ValueError, KeyError):
        return
