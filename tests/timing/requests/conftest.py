from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest


class Capture:
    """A server that keeps the bytes of each request, and answers 200."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.seen: list[tuple[bytes, list[bytes], bytes]] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                line = stream.readline()
                headers = []
                while (header := stream.readline()).strip():
                    headers.append(header.rstrip(b"\r\n"))
                length = next(
                    (int(h[15:]) for h in headers if h.lower().startswith(b"content-length:")), 0
                )
                if b"expect: 100-continue" in [h.lower() for h in headers]:
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = stream.read(length)
                self.seen.append((line, headers, body))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@pytest.fixture(scope="session")
def capture() -> Iterator[Capture]:
    server = Capture()
    yield server
    server.close()
