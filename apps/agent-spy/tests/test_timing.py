"""Every kind of request answers within two seconds, on a real server with a thousand runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

import pytest

LIMIT_S = 2
ROOT = str(UUID(int=1))
RUNS = 1000


@pytest.fixture(scope="session")
def timed_app() -> str:
    return "agent_spy.app:create_app"


@pytest.fixture(scope="session")
def timed_environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("timed")
    return {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/spy.db", "LOG_LEVEL": "WARNING"}


def batch(numbers) -> dict:
    posts = [
        {
            "id": str(UUID(int=number)),
            "trace_id": ROOT,
            "parent_run_id": str(UUID(int=(number + 2) // 4)) if number > 1 else None,
            "name": f"step {number}",
            "run_type": "chain",
            "start_time": f"2026-11-01T10:00:00.{number:06d}Z",
            "end_time": "2026-11-01T10:00:01Z",
            "session_name": "timed",
            "inputs": {"question": "why? " * 100},
            "outputs": {"answer": "so. " * 100},
        }
        for number in numbers
    ]
    return {"post": posts}


@pytest.fixture
def trace(timed_client) -> str:
    """A trace of a thousand runs."""
    for first in range(1, RUNS, 100):
        answer = timed_client.post("/runs/batch", json=batch(range(first, first + 100)))
        assert answer.status == 202
    return ROOT


@pytest.mark.budget(LIMIT_S)
def test_a_batch_is_committed_in_time(timed_client) -> None:
    """A hundred runs are taken, committed and answered."""
    for _ in range(5):
        answer = timed_client.post("/runs/batch", json=batch(range(1, 101)))
        assert answer.json() == {
            "success": True, "created_count": 100, "updated_count": 0, "errors": [],
        }  # fmt: skip


@pytest.mark.budget(LIMIT_S)
def test_the_newest_traces_come_in_time(timed_client, trace) -> None:
    """A page of traces, and one by project, state and words."""
    roots = "/api/v1/dashboard/runs/roots"
    assert timed_client.get(roots).json()["total"] == 1
    wanted = {"project": "timed", "status": "completed", "search": "STEP"}
    assert timed_client.get(roots, params=wanted).json()["runs"][0]["id"] == trace


@pytest.mark.budget(LIMIT_S)
def test_a_large_tree_comes_in_time(timed_client, trace) -> None:
    """A thousand runs are one answer."""
    answer = timed_client.get(f"/api/v1/dashboard/runs/{trace}/hierarchy")
    assert json.loads(answer.body)["total_runs"] == RUNS


@pytest.mark.budget(LIMIT_S)
def test_runs_are_found_in_time(timed_client, trace) -> None:
    """The SDK's pages, filters and sums."""
    query = {"trace": trace, "filter": 'eq(name, "step 7")'}
    assert len(timed_client.post("/runs/query", json=query).json()["runs"]) == 1
    assert timed_client.post("/runs/stats", json={"trace": trace}).json()["run_count"] == RUNS
    assert timed_client.get(f"/runs/{trace}").json()["name"] == "step 1"


@pytest.mark.budget(LIMIT_S)
def test_statistics_and_health_come_in_time(timed_client, trace) -> None:
    """What the dashboard, SDKs and load balancers ask for again and again."""
    summary = timed_client.get("/api/v1/dashboard/stats/summary").json()
    assert summary["stats"]["total_runs"] == RUNS
    assert timed_client.get("/info").status == 200
    assert timed_client.get("/health").json()["status"] == "healthy"
