"""The pytest plugin: a client for the served app, and budgets that fail a test with the figures."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import pytest

APP = """
import os, time
from fastapi import FastAPI, Request, Response

app = FastAPI()
calls = {"slow": 0}


@app.get("/items")
def items(q: str = "") -> dict:
    return {"q": q, "from": os.environ.get("FROM", "")}


@app.get("/slow")
def slow() -> int:
    calls["slow"] += 1
    time.sleep(0.06)
    return calls["slow"]


@app.get("/once-slow")
def once_slow() -> int:
    calls["once"] = calls.get("once", 0) + 1
    time.sleep(1.2 if calls["once"] == 1 else 0)
    return calls["once"]


@app.api_route("/echo", methods=["POST", "PUT", "PATCH", "DELETE", "HEAD"])
async def echo(request: Request, response: Response) -> dict:
    calls["echo"] = calls.get("echo", 0) + 1
    response.headers.append("set-cookie", "a=1")
    response.headers.append("set-cookie", "b=2")
    body = (await request.body()).decode()
    headers = dict(request.headers)
    return {"method": request.method, "body": body, "headers": headers, "calls": calls}


@app.get("/crash")
def crash() -> int:
    os._exit(3)
"""

_WITHOUT = ("-p", "no:locust", "-p", "no:schemathesis")
"""Other plugins of this environment, which import much."""


@pytest.fixture
def run(tmp_path):
    """Run pytest in a project of its own; what it printed."""

    def go(tests: str, *options: str, conftest: str = "", ini: str = "timed_app = made:app") -> str:
        (tmp_path / "made.py").write_text(APP)
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")
        (tmp_path / "conftest.py").write_text(textwrap.dedent(conftest))
        (tmp_path / "test_made.py").write_text("import pytest\n" + textwrap.dedent(tests))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-rA", "-q", *_WITHOUT, *options],
            cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    return go


def test_the_client_sends_what_a_test_needs(run):
    """Query, JSON, form, raw body, headers and login arrive; the answer tells all of itself."""
    out = run(
        """
        def test_get(timed_client):
            answer = timed_client.get("/items", params={"q": "a b"})
            assert (answer.status, answer.json()) == (200, {"q": "a b", "from": ""})
            assert answer.headers["content-type"] == "application/json"
            assert answer.text == '{"q":"a b","from":""}'
            assert 0 < answer.sample.ttfb_s <= answer.sample.total_s < 5
            assert answer.curl == f"curl '{timed_client.base_url}/items?q=a+b'"

        def test_bodies(timed_client):
            timed_client.headers["X-All"] = "1"
            sent = timed_client.post("/echo", json={"a": None}, headers={"X-One": "2"}, user="me:x")
            seen = sent.json()
            assert sent.headers["set-cookie"] == "a=1, b=2"
            assert seen["body"] == '{"a": null}'
            assert seen["headers"]["content-type"] == "application/json"
            assert seen["headers"]["x-all"] + seen["headers"]["x-one"] == "12"
            assert seen["headers"]["authorization"] == "Basic bWU6eA=="
            assert timed_client.put("/echo", data={"a": ["1", "2"]}).json()["body"] == "a=1&a=2"
            assert timed_client.patch("/echo", content="raw").json()["body"] == "raw"
            assert timed_client.delete("/echo").json()["method"] == "DELETE"
            assert timed_client.head("/echo").body == b""

        def test_each_test_has_a_client_of_its_own(timed_client):
            assert timed_client.headers == {}
            assert timed_client.get("/items").sample.cold
            assert not timed_client.get("/items").sample.cold

        def test_statuses_are_for_the_test_to_judge(timed_client):
            assert timed_client.get("/none").status == 404
        """
    )
    assert "4 passed" in out, out


def test_a_budget_that_is_kept_passes_and_one_that_is_missed_fails_with_the_figures(run):
    """The median of warm requests decides: phases, number of samples and the command are told."""
    out = run(
        """
        @pytest.mark.budget(5)
        def test_kept(timed_client):
            timed_client.get("/slow")

        @pytest.mark.budget(0.02)
        def test_missed(timed_client):
            assert timed_client.get("/slow").status == 200
            timed_client.get("/items")

        @pytest.mark.budget(0.6, n=3)
        def test_one_slow_request_is_no_median(timed_client):
            timed_client.get("/once-slow")

        @pytest.mark.budget(0.000001)
        def test_writes_are_not_repeated(timed_client):
            timed_client.post("/echo", json={})

        def test_they_were_not(timed_client):
            assert timed_client.post("/echo").json()["calls"] == {"slow": 12, "once": 4, "echo": 2}
        """
    )
    assert "3 passed" in out, out
    assert "2 failed" in out
    missed, writes = re.findall(r"over the budget:\n((?:.+\n)+?)(?=_|=)", out)
    assert re.search(
        r"GET http://127.0.0.1:\d+/slow\n    median \d+\.\d ms of 5 warm requests "
        r"\(min \d+\.\d, max \d+\.\d\), budget 20 ms\n"
        r"    dns \d\.\d, connect 0\.0, tls 0\.0, wait \d+\.\d, body \d+\.\d ms\n"
        r"    curl http://127.0.0.1:\d+/slow\n",
        missed,
    ), missed
    assert "/items" not in missed, "what is within the budget is not listed"
    assert "of 1 cold request (min" in writes


@pytest.mark.parametrize(
    ("mark", "arguments", "says"),
    [
        ("budget", "timed_client", "the marker is not right; budget(seconds, n=5)"),
        ("budget('1')", "timed_client", "the marker is not right"),
        ("budget(0)", "timed_client", "the marker is not right"),
        ("budget(1, 2)", "timed_client", "the marker is not right"),
        ("budget(1, n=0)", "timed_client", "the marker is not right"),
        ("budget(1)", "", "a test with a budget needs the fixture timed_client"),
    ],
)
def test_a_marker_that_cannot_be_meant_is_told(run, mark, arguments, says):
    """A budget without seconds, or on a test that times nothing, fails in one sentence."""
    out = run(f"@pytest.mark.{mark}\ndef test_it({arguments}): pass\n")
    assert says in out
    assert "1 failed" in out or "1 error" in out


def test_a_failure_of_the_test_itself_comes_first(run):
    """A wrong answer is reported as such, not as a missed budget."""
    out = run(
        """
        @pytest.mark.budget(0.000001)
        def test_it(timed_client):
            assert timed_client.get("/items").status == 201
        """
    )
    assert "assert 200 == 201" in out
    assert "over the budget" not in out


def test_a_server_that_dies_is_named(run):
    """A request without an answer raises, with the request and the reason."""
    out = run(
        """
        def test_it(timed_client):
            timed_client.get("/crash")
        """
    )
    assert re.search(r"NoAnswerError: GET http://127.0.0.1:\d+/crash: ", out), out


def test_the_project_says_what_is_served(run):
    """Fixtures of the project's own give the app and its environment."""
    out = run(
        """
        def test_it(timed_client):
            assert timed_client.get("/items").json()["from"] == "conftest"
        """,
        conftest="""
        import pytest

        @pytest.fixture(scope="session")
        def timed_app():
            return "made:app"

        @pytest.fixture(scope="session")
        def timed_environment():
            return {"FROM": "conftest"}
        """,
        ini="",
    )
    assert "1 passed" in out, out


def test_an_app_that_cannot_be_served_ends_in_a_sentence(run):
    """The server's own words are in the error of the test that asked for it."""
    out = run("def test_it(timed_client): pass\n", ini="timed_app = nowhere:app")
    assert "timed_client cannot serve the application: " in out
    assert "nowhere" in out
    assert "1 error" in out


def test_another_server_can_be_timed(run, serve):
    """With --timed-url nothing is started."""

    def reply(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    url = serve(reply)
    tests = "def test_it(timed_client): assert timed_client.get('/x').json() == {}\n"
    assert "1 passed" in run(tests, "--timed-url", url, ini="timed_app = nowhere:app")
    assert "1 passed" in run(tests, ini=f"timed_url = {url}")


def test_a_run_without_timing_imports_nothing_for_it(run):
    """The plugin itself is all that a test run pays that times nothing."""
    out = run(
        """
        import sys

        def test_it():
            heavy = ("pycurl", "agentpack.timing.curl", "agentpack.errors", "yaml", "jsonschema_rs")
            assert [name for name in heavy if name in sys.modules] == []
        """
    )
    assert "1 passed" in out, out
