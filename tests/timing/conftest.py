from __future__ import annotations

import contextlib
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Answer = Callable[[BaseHTTPRequestHandler], None]
Serve = Callable[..., str]


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """Clients leave in the middle: that is what is tested."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server in a thread, that answers as the given function does; its base URL."""
    with contextlib.ExitStack() as stack:

        def start(answer: Answer, context: ssl.SSLContext | None = None) -> str:
            class Handler(BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                disable_nagle_algorithm = True

                def handle_one_request(self) -> None:
                    with contextlib.suppress(ConnectionError, ssl.SSLError):
                        super().handle_one_request()

                def log_message(self, *_: object) -> None:
                    pass

                def answer(self) -> None:
                    answer(self)

                do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer

            server = Quiet(("127.0.0.1", 0), Handler)
            if context is not None:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"

        yield start


def reply(
    handler: BaseHTTPRequestHandler, body: bytes = b"{}", status: int = 200, **headers: str
) -> None:
    """Answer whole, with a length."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


@pytest.fixture
def say() -> Callable[..., None]:
    """Answer whole, with a length."""
    return reply


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that signed itself, for 127.0.0.1, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both
