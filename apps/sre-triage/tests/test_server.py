"""The app as uvicorn runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx


def test_a_reported_incident_is_stored_and_then_triaged(server) -> None:
    """A created incident is answered as pending, found by its id, and triaged soon after."""
    assert server.client.get("/health/ready").json() == {"status": "ok"}
    incident = server.triaged(server.report("Checkout outage", "Postgres deadlock"))
    assert (incident["status"], incident["severity"], incident["category"]) == (
        "triaged",
        "sev1",
        "database",
    )
    assert "lock" in incident["likely_cause"]
    assert incident["suggested_action"]
    assert (
        server.client.get("/incidents", params={"status": "triaged"}).json()["items"][0] == incident
    )


def test_forty_reports_at_once_are_all_stored_and_triaged(server) -> None:
    """Writers that meet on the SQLite file wait for each other; none is told it is locked."""

    def report(number: int) -> httpx.Response:
        return server.client.post("/incidents", json={"title": f"Disk full on node {number}"})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(report, range(40)))
    assert [answer.status_code for answer in answers] == [201] * 40
    incidents = [server.triaged(answer.json()["id"]) for answer in answers]
    assert {incident["status"] for incident in incidents} == {"triaged"}
    assert server.client.get("/incidents", params={"per_page": 1}).json()["total"] >= 40


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
    assert "/incidents/{incident_id}" in done.stdout
    assert list(tmp_path.iterdir()) == []
