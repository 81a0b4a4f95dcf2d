"""An exported Locust file sends the same requests, from one machine or from several workers."""

from __future__ import annotations

import ast
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentpack.timing.app import App
from agentpack.timing.export import locust, locust_scenario
from agentpack.timing.request import Part, Request
from agentpack.timing.requests import from_curl, load_scenario
from agentpack.timing.server import serving

APP = """
import json, os
from pathlib import Path
from fastapi import FastAPI, Form, Header, HTTPException, Request

app = FastAPI()
LOG = Path(os.environ["SEEN"])


def seen(what):
    with LOG.open("a") as log:
        log.write(what + "\\n")


@app.post("/login")
def login(username: str = Form(), password: str = Form()) -> dict:
    seen(f"login {username} {password}")
    if password != "p&w":
        raise HTTPException(401)
    return {"access_token": f"token of {username}"}


@app.get("/items")
def items(authorization: str = Header()) -> dict:
    seen(f"items {authorization}")
    return {"data": [{"id": "a/b"}, {"id": "c d"}]}


@app.get("/items/{item_id:path}")
def item(item_id: str) -> dict:
    seen(f"item {item_id}")
    if item_id == "gone":
        raise HTTPException(404)
    return {"id": item_id}


@app.put("/echo")
async def echo(request: Request) -> dict:
    seen("echo " + (await request.body()).decode())
    return {}
"""

SCENARIO = """\
variables: {who: me}
login:
  name: log in
  url: /login
  form: {username: "${who}", password: "${env.PASSWORD}"}
  capture: {token: json.access_token}
steps:
  - name: list
    url: /items
    headers: {Authorization: "Bearer ${token}"}
    capture: {item: "json.data[-1].id"}
  - name: read
    url: /items/${item}
    repeat: 2
  - name: missing
    url: /items/gone
    status: 404
  - name: write
    method: PUT
    url: /echo
    json: {item: "${item}", "say \\"{x}\\"": "a ${who} b"}
"""


@pytest.fixture
def server(tmp_path):
    (tmp_path / "made.py").write_text(APP)
    app = App("made:app", None, tmp_path, {"SEEN": str(tmp_path / "seen")}, (sys.executable,))
    with serving(app) as running:
        yield running.base_url


def locust_runs(folder: Path, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "locust", "-f", "locustfile.py", *options]
    env = {**os.environ, **environment}
    with (folder / f"log{len(list(folder.glob('log*')))}").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)


def statistics(folder: Path) -> dict[str, tuple[int, int]]:
    """Requests and failures by name, as they stood at the very end."""
    every = json.loads((folder / "run.json").read_text())
    return {one["name"]: (one["num_requests"], one["num_failures"]) for one in every}


# Without the last option the end of the time cuts users off in the middle of a pass.
USERS = (
    "--headless", "--users", "4", "--spawn-rate", "4", "--json-file", "run",
    "--stop-timeout", "60",
)  # fmt: skip
RUN = (*USERS, "--run-time", "4s")


def test_a_master_and_two_workers_play_the_scenario(server, tmp_path):
    """Both workers log in, capture and send what the scenario says; nothing fails."""
    (tmp_path / "s.yaml").write_text(SCENARIO)
    scenario = load_scenario(tmp_path / "s.yaml", environment={"PASSWORD": "p&w"})
    text = locust_scenario(scenario, server)
    assert "p&w" not in text
    (tmp_path / "locustfile.py").write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    master = locust_runs(
        tmp_path, *RUN, "--master", "--expect-workers", "2", "--expect-workers-max-wait", "60",
        "--master-bind-host", "127.0.0.1", "--master-bind-port", port, PASSWORD="p&w",
    )  # fmt: skip
    workers = [
        locust_runs(
            tmp_path, "--worker", "--master-host", "127.0.0.1", "--master-port", port,
            PASSWORD="p&w",
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        assert master.wait(180) == 0, (tmp_path / "log0").read_text()
        assert [worker.wait(60) for worker in workers] == [0, 0]
    finally:
        for process in (master, *workers):
            process.kill()
    counts = statistics(tmp_path)
    assert set(counts) == {"log in", "list", "read", "missing", "write"}
    assert {failures for _, failures in counts.values()} == {0}
    # What the workers did last may be too late for the master's sum: the server knows of all.
    seen = Counter((tmp_path / "seen").read_text().splitlines())
    passes, body = seen["item gone"], json.dumps({"item": "c d", 'say "{x}"': "a me b"})
    assert passes >= 4
    assert seen == {
        "login me p&w": 4, "items Bearer token of me": passes, "item c d": 2 * passes,
        "item gone": passes, f"echo {body}": passes,
    }, "each of the four users logs in once, and then plays whole passes"  # fmt: skip


def test_wrong_answers_count_as_failures(server, tmp_path):
    """A login that is refused, a wrong status and an answer without what is taken all fail."""
    (tmp_path / "s.yaml").write_text(
        "steps:\n- {name: wrong status, url: /items/x, status: 201}\n"
        "- {name: lacks, url: /items/y, capture: {z: 'json.data[0]'}}\n- {name: never, url: /z}\n"
    )
    text = locust_scenario(load_scenario(tmp_path / "s.yaml", environment={}), server)
    (tmp_path / "locustfile.py").write_text(text)
    assert locust_runs(tmp_path, *RUN).wait(120) == 1
    counts = statistics(tmp_path)
    assert counts["wrong status"][0] == counts["wrong status"][1] > 0
    assert counts["lacks"][0] == counts["lacks"][1] > 0
    assert "never" not in counts


def test_single_requests_become_tasks_with_weights(server, tmp_path):
    """Typed, pasted and discovered requests each become a task; one given twice weighs two."""
    requests = [
        from_curl(f"curl {server}/items/x"),
        from_curl(f"curl {server}/items/x"),
        from_curl(f'curl {server}/items -H "Authorization: $TOKEN"', environment={"TOKEN": "t"}),
        from_curl(f"curl -X PUT --data-raw $'\"\\\\ \\n ä' {server}/echo"),
    ]  # fmt: skip
    text = locust(requests, server)
    assert "@task(2)\n    def get_items_x(self)" in text
    (tmp_path / "locustfile.py").write_text(text)
    seen, lines = tmp_path / "seen", {"item x\n", "items t0k\n", 'echo "\\ \n ä\n'}
    # Which task comes when is left to chance, so it runs until each has come.
    run = locust_runs(tmp_path, *USERS, TOKEN="t0k")
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and run.poll() is None:
            if seen.exists() and all(line in seen.read_text() for line in lines):
                break
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0, (tmp_path / "log0").read_text()
    finally:
        run.kill()
    assert all(line in seen.read_text() for line in lines)
    counts = statistics(tmp_path)
    assert set(counts) == {"GET /items/x", "GET /items", "PUT /echo"}
    assert {failures for _, failures in counts.values()} == {0}


TEXT = st.text(max_size=8)


@given(
    st.lists(
        st.builds(
            Request,
            st.sampled_from(["GET", "POST"]),
            TEXT.map(lambda text: f"http://h/{text}"),
            st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
            st.none() | st.binary(max_size=8),
            st.lists(st.builds(Part, TEXT, TEXT, filename=st.none() | TEXT), max_size=2).map(tuple),
            st.none() | TEXT.map(lambda text: f"{text}:x"),
            operation=TEXT | st.sampled_from(["class", "send", "42", "Run"]),
        ),
        max_size=3,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_request_gives_a_file_that_is_python(requests):
    """Whatever stands in names, headers and bodies, the file compiles and has their values."""
    tree = ast.parse(locust(requests, "http://h"))
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for request in requests:
        assert {value for pair in request.headers for value in pair} <= constants
    methods = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert len(methods) == len(set(methods)) == 1 + len(set(requests))
