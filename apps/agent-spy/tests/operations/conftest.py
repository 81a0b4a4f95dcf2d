"""An app in this process, asked as over the network."""

from __future__ import annotations

import importlib.util
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from agent_spy.app import create_app
from agent_spy.settings import Settings


@pytest.fixture
def settings(tmp_path):
    def make(**values):
        url = f"sqlite+aiosqlite:///{tmp_path / 'spy.db'}"
        return Settings(**({"database_url": url, "log_level": "CRITICAL"} | values))

    return make


@asynccontextmanager
async def opened(settings):
    """A client of a started app; `client.app` is the app."""
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://spy") as client,
    ):
        client.app = app
        yield client


@pytest.fixture
def serving():
    return opened


def new_run(project="default", *, id=None, **more):
    identity = str(id or uuid4())
    return {
        "id": identity,
        "trace_id": identity,
        "name": "step",
        "run_type": "chain",
        "start_time": "2026-11-01T10:00:00Z",
        "end_time": "2026-11-01T10:00:01Z",
        "session_name": project,
        "inputs": {"question": "?"},
        "outputs": {"answer": "!"},
    } | more


@pytest.fixture
def a_run():
    return new_run


def routes(router, prefix=""):
    """Every address and method of an app, also those that its OpenAPI does not show."""
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from routes(route.original_router, prefix + route.include_context.prefix)
        else:
            for method in sorted(getattr(route, "methods", None) or ["GET"]):
                yield method, prefix + route.path


@pytest.fixture
def every_route():
    return routes


def filled(path, value):
    """An address with `value` for each of its parameters."""
    parts = [
        str(value) if part.startswith("{") else part for part in path.replace("//", "/").split("/")
    ]
    return "/".join(parts)


@pytest.fixture
def address():
    return filled


def as_bytes(identity):
    return UUID(str(identity)).bytes


@pytest.fixture
def server(tmp_path):
    """Makes a server's process; it is stopped with the test."""
    spec = importlib.util.spec_from_file_location("process", Path(__file__).parent / "process.py")
    process = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(process)
    made = []

    def make(database=None, *, folder=tmp_path, **environment):
        made.append(process.Server(folder, database, **environment))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "process") and one.process.poll() is None:
            one.kill()
