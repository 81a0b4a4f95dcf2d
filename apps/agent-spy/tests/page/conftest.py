"""A real server and a real browser."""

from __future__ import annotations

import importlib.util
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

KEYS = {"Content-Type": "application/json", "x-api-key": "any"}
HOSTILE = (
    "<script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    '"><svg onload=window.owned=1>',
    "</title></pre></textarea><a href='javascript:window.owned=1'>x</a>",
    "javascript:window.owned=1",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\u202egnp.exe\u2028\u200b\x1b[31m",
)
"""Texts that break what takes them for anything else than text."""


@pytest.fixture
def hostile():
    return HOSTILE


def module():
    """How the tests of the operator's side start a server."""
    path = Path(__file__).parents[1] / "operations" / "process.py"
    spec = importlib.util.spec_from_file_location("process", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Makes servers; each is stopped with the module, if it still runs."""
    made = []

    def make(database=None, **environment):
        folder = tmp_path_factory.mktemp("spy")
        made.append(module().Server(folder, database, **environment))
        return made[-1].start()

    yield make
    for server in made:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture(scope="module")
def server(serve):
    """One server for the whole module: each test has a project of its own in it."""
    return serve()


@pytest.fixture
def project():
    return f"project {uuid4()}"


def new_run(name="step", *, parent=None, seconds=1.0, ago=60.0, **more):
    """A run as clients send it; it started `ago` seconds before now and took `seconds`."""
    start = datetime.now(UTC) - timedelta(seconds=ago)
    identity = str(uuid4())
    run = {
        "id": identity,
        "trace_id": parent["trace_id"] if parent else identity,
        "name": name,
        "run_type": "chain",
        "start_time": start.isoformat(),
        "inputs": {"question": "?"},
        "outputs": {"answer": "!"},
    }
    if parent:
        run |= {"parent_run_id": parent["id"], "session_name": parent.get("session_name")}
    if seconds is not None:
        run["end_time"] = (start + timedelta(seconds=seconds)).isoformat()
    return run | more


@pytest.fixture
def a_run():
    return new_run


def send(server, *runs, headers=KEYS):
    for start in range(0, len(runs), 500):
        body = json.dumps({"post": runs[start : start + 500], "patch": []}).encode()
        status, _, answer = server.request("POST", "/runs/batch", body, headers)
        assert status == 202, answer
        assert json.loads(answer)["errors"] == []


@pytest.fixture
def store():
    return send


@pytest.fixture
def read(server):
    """The text of an address; anything but 200 is a failure."""

    def text(path, *, status=200, headers=KEYS, method="GET", body=None):
        found, _, answer = server.request(method, path, body, headers)
        assert found == status, answer[:500]
        return answer.decode()

    return text


@pytest.fixture(scope="module")
def browser():
    """A real browser: Debian's, driven by Playwright.

    Playwright runs an event loop in this thread; kept for longer, it would be in the way of others.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        # As root, as CI runs, Chromium starts only without its sandbox.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def show(browser, server):
    """Opens an address; fails when a page says anything on its console or asks others.

    `show.bytes` counts what came in, `show.paths` what was asked for.
    """
    contexts = []
    trouble = []
    seen = SimpleNamespace(paths=[], bytes=0)

    def opened(path, *, width=1200, **other):
        context = browser.new_context(
            **{"viewport": {"width": width, "height": 900}, "timezone_id": "Asia/Kolkata"} | other
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))

        def asked(request):
            if not request.url.startswith(server.url + "/"):
                trouble.append(f"request: {request.url}")
            seen.paths.append(request.url.removeprefix(server.url))

        page.on("request", asked)
        page.goto(server.url + path)
        return page

    opened.seen = seen
    yield opened
    for context in contexts:
        context.close()
    assert trouble == []
