"""The app as uvicorn runs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest


@pytest.fixture
def server(tmp_path: Path) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        log = (tmp_path / "server.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "sre_triage.app:app", "--fd", str(listener.fileno())],
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": "sqlite+aiosqlite:///served.db"},
        )
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # The socket listened before the server started, so the first request waits for it.
    with log, httpx.Client(base_url=base_url, timeout=20) as client:
        try:
            yield client
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for_triage(server: httpx.Client, incident_id: str) -> dict:
    deadline = time.monotonic() + 20
    while (incident := server.get(f"/incidents/{incident_id}").json())["status"] == "pending":
        assert time.monotonic() < deadline, "triage never ended"
        time.sleep(0.02)
    return incident


def test_a_reported_incident_is_stored_and_then_triaged(server: httpx.Client) -> None:
    """A created incident is answered as pending, found by its id, and triaged soon after."""
    assert server.get("/health").json() == {"status": "ok"}
    created = server.post(
        "/incidents", json={"title": "Checkout outage", "description": "Postgres deadlock"}
    )
    assert created.status_code == 201
    assert created.json()["status"] == "pending"
    incident = wait_for_triage(server, created.json()["id"])
    assert (incident["status"], incident["severity"], incident["category"]) == (
        "triaged",
        "sev1",
        "database",
    )
    assert "lock" in incident["likely_cause"]
    assert incident["suggested_action"]
    assert server.get("/incidents", params={"status": "triaged"}).json()["items"] == [incident]


def test_forty_reports_at_once_are_all_stored_and_triaged(server: httpx.Client) -> None:
    """Writers that meet on the SQLite file wait for each other; none is told it is locked."""

    def report(number: int) -> httpx.Response:
        return server.post("/incidents", json={"title": f"Disk full on node {number}"})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(report, range(40)))
    assert [answer.status_code for answer in answers] == [201] * 40
    incidents = [wait_for_triage(server, answer.json()["id"]) for answer in answers]
    assert {incident["status"] for incident in incidents} == {"triaged"}
    assert server.get("/incidents", params={"per_page": 1}).json()["total"] == 40


def test_importing_the_app_opens_no_database(tmp_path: Path) -> None:
    """A tool that reads the OpenAPI by importing the module leaves no trace on disk."""
    code = "from sre_triage.app import app; print(sorted(app.openapi()['paths']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "DATABASE_URL": "sqlite+aiosqlite:///imported.db"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['/health', '/incidents', '/incidents/{incident_id}']"
    assert list(tmp_path.iterdir()) == []
