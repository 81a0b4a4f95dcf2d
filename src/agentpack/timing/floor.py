"""What the harness itself costs, and how fast the machine is just now.

A bare socket in a process of its own answers three paths. `/` does nothing, so its time is the
floor below which nothing can be measured. `/work` and `/loop` do fixed pieces of work, so their
times tell how fast the machine is at this moment: the one makes objects and JSON, the other runs
bytecode. What else runs on a machine slows these down by different shares.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agentpack.timing.request import Request

# Ends when its standard input does: it cannot outlive us.
_SERVER = r"""
import json, os, selectors, socket, sys
def work():
    rows = [{"id": i, "name": "name %d" % i, "tags": ["a", "b", str(i)]} for i in range(300)]
    json.loads(json.dumps(rows))
    return len(rows)
def loop():
    return sum(i * i % 7 for i in range(6000))
def answer(path):
    body = b"%d" % work() if path == b"/work" else b"%d" % loop() if path == b"/loop" else b""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
server = socket.create_server(("127.0.0.1", 0))
server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
try:
    os.write(1, b"%d\n" % server.getsockname()[1])
except OSError:
    sys.exit()  # whoever started us is gone already
ready = selectors.DefaultSelector()
ready.register(server, selectors.EVENT_READ)
ready.register(sys.stdin, selectors.EVENT_READ)
while True:
    for key, _ in ready.select():
        if key.fileobj is sys.stdin:
            sys.exit()
        if key.fileobj is server:
            ready.register(server.accept()[0], selectors.EVENT_READ)
            continue
        try:
            head = key.fileobj.recv(65536)
            if head:
                key.fileobj.sendall(answer(head.split(b" ", 2)[1]))
        except (OSError, IndexError):
            head = b""
        if not head:
            ready.unregister(key.fileobj)
            key.fileobj.close()
"""

KIND = f"work-2 {platform.python_implementation()} {'.'.join(platform.python_version_tuple()[:2])}"
"""What the work is. Times relative to another kind of work cannot be compared."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The requests that the bare socket answers."""

    nothing: Request
    work: tuple[Request, ...]
    pid: int


@contextmanager
def floor() -> Iterator[Floor]:
    """Run the bare socket."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it was asked for above
            url = f"http://127.0.0.1:{json.loads(process.stdout.readline())}"
            work = tuple(Request("GET", f"{url}/{name}") for name in ("work", "loop"))
            yield Floor(Request("GET", f"{url}/"), work, process.pid)
        finally:
            process.kill()
