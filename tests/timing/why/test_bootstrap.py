"""What runs in the application's process: it changes nothing but what is told to us."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentpack.timing.app import App
from agentpack.timing.curl import Session
from agentpack.timing.request import Request
from agentpack.timing.server import serving
from agentpack.timing.why.explain import explain
from agentpack.timing.why.receiver import BOOTSTRAP, receiving

ZOO = Path(__file__).parents[1] / "zoo"


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(BOOTSTRAP), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_it_hands_over_to_the_sitecustomize_that_it_hides(tmp_path: Path):
    """A project's own `sitecustomize` runs as it would without ours."""
    Path(tmp_path, "sitecustomize.py").write_text("import builtins; builtins.ran = __file__")
    path = os.pathsep.join([str(BOOTSTRAP), str(tmp_path)])
    done = python(
        "import sitecustomize; print(ran == sitecustomize.__file__)",
        PYTHONPATH=path,
        AGENTPACK_WHY_PORT="1",
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_it_imports_nothing_heavy():
    """At start it loads no module of weight, and none that the application could have replaced."""
    heavy = "json asyncio threading socket logging http inspect re"
    code = f"import sys; print([name for name in {heavy.split()} if name in sys.modules])"
    bare = python(code, PYTHONPATH="")
    assert python(code, AGENTPACK_WHY_PORT="1").stdout == bare.stdout


def test_without_a_receiver_it_does_nothing():
    """A program that inherits the path alone is not touched."""
    code = "import sys; print(any('agentpack' in str(type(f).__module__) for f in sys.meta_path))"
    assert python(code).stdout == "False\n"
    assert python(code, AGENTPACK_WHY_PORT="1").stdout == "True\n"


def test_it_runs_where_python_is_older():
    """All of it is written in the Python of 3.9."""
    files = list(BOOTSTRAP.rglob("*.py"))
    assert len(files) > 10
    for file in files:
        ast.parse(file.read_text(), feature_version=(3, 9))
        assert "from __future__ import annotations" in file.read_text()


APP = """
import sqlite3, threading, http.client, urllib.request
from fastapi import FastAPI
from concurrent.futures import ThreadPoolExecutor

app = FastAPI()


@app.get("/")
def root() -> list:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT 1 AS one, ? AS two", (2,)).fetchall()
    with connection:
        connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (3);")
    cursor = connection.cursor()
    cursor.execute("SELECT a FROM t")
    with ThreadPoolExecutor(2) as pool:
        squares = list(pool.map(lambda n: n * n, range(3)))
    return [dict(rows[0]), [tuple(row) for row in cursor], squares, connection.total_changes]


@app.get("/error")
def error() -> None:
    sqlite3.connect(":memory:").execute("SELECT nothing FROM nowhere")
"""


def test_the_answer_is_the_same_watched_or_not(tmp_path: Path):
    """Drivers, threads and errors behave as ever, with and without the mark of the harness."""
    Path(tmp_path, "same.py").write_text(APP)
    app = App("same:app", None, tmp_path, python=(sys.executable,))
    with serving(app) as server, Session() as session:
        usual = [session.send(Request("GET", server.base_url + path)) for path in ("/", "/error")]
    with (
        receiving() as received,
        serving(app, environment=received.environment(), bootstrap=BOOTSTRAP) as server,
        Session() as session,
    ):
        identity = received.new_id()
        marked = [("traceparent", f"00-{identity}-{identity[-16:]}-01")]
        for headers in ([], marked):
            for path, before in zip(("/", "/error"), usual, strict=True):
                answer = session.send(Request("GET", server.base_url + path), headers=headers)
                assert (answer.sample.status, answer.body) == (before.sample.status, before.body)
        trace = received.trace(identity, timeout_s=60)
        assert trace is not None
        assert received.hello["failures"] == []


HOOKED = """
import aiosqlite, asyncpg, httpx, requests, sqlalchemy.ext.asyncio, sqlite3, urllib.request
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
"""


def test_all_hooks_fit_the_installed_versions(tmp_path: Path):
    """Each module that is hooked is still as the hook expects it."""
    Path(tmp_path, "hooked.py").write_text(HOOKED)
    app = App("hooked:app", None, tmp_path, python=(sys.executable,))
    with (
        receiving() as received,
        serving(app, environment=received.environment(), bootstrap=BOOTSTRAP),
    ):
        received.trace("none", timeout_s=1)
        assert received.hello["failures"] == []


def test_an_app_that_loses_its_receiver_serves_on(tmp_path: Path):
    """Without anybody to report to, requests are answered as ever."""
    Path(tmp_path, "alone.py").write_text(APP)
    app = App("alone:app", None, tmp_path, python=(sys.executable,))
    environment = {"AGENTPACK_WHY_PORT": "9", "AGENTPACK_WHY_MARK": "00"}
    with (
        serving(app, environment=environment, bootstrap=BOOTSTRAP) as server,
        Session() as session,
    ):
        headers = [("traceparent", f"00-{'0' * 32}-{'1' * 16}-01")]
        for _ in range(20):
            answer = session.send(Request("GET", server.base_url + "/"), headers=headers)
            assert answer.sample.status == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/rows", "serialization"),
        ("/dependency/sync", "slow-dependency"),
        ("/task/long", "background-task"),
        ("/rows/twin", None),
        ("/task/twin", None),
    ],
)
def test_without_the_frameworks_own_spans_the_parts_are_seen_too(path: str, kind, fallback):
    """Where FastAPI sends no spans, our own tell dependencies, serialization and tasks."""
    causes, spans = fallback[path]
    assert [cause.kind for cause in causes][:1] == ([kind] if kind else [])
    assert any(span.name == "server" for span in spans)


@pytest.fixture(scope="module")
def fallback():
    paths = ("/rows", "/dependency/sync", "/task/long", "/rows/twin", "/task/twin")
    requests = [Request("GET", f"http://zoo{path}") for path in paths]
    app = App("work:app", None, ZOO, python=(sys.executable,))
    found = explain(requests, app, {}, budget_s=1.0, environment={"AGENTPACK_WHY_TELEMETRY": "0"})
    return {path: found[request] for path, request in zip(paths, requests, strict=True)}
