"""Every operation answers within two seconds, on a real server, with a full table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

LIMIT_S = 2


@pytest.fixture(scope="session")
def timed_app() -> str:
    return "sre_triage.app:app"


@pytest.fixture(scope="session")
def timed_environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("timed")
    return {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/triage.db"}


@pytest.fixture
def incidents(timed_client) -> list[str]:
    """At least two hundred of them."""
    total = timed_client.get("/incidents").json()["total"]
    for number in range(total, 200):
        body = {"title": f"Disk full on node {number}", "description": "No space left. " * 20}
        assert timed_client.post("/incidents", json=body).status == 201
    page = timed_client.get("/incidents", params={"per_page": 100}).json()
    return [incident["id"] for incident in page["items"]]


@pytest.mark.budget(LIMIT_S)
def test_a_report_is_taken_in_time(timed_client) -> None:
    """Storing a report and answering does not wait for its triage."""
    for number in range(5):
        answer = timed_client.post("/incidents", json={"title": f"Checkout outage {number}"})
        assert answer.status == 201
        assert answer.json()["status"] == "pending"


@pytest.mark.budget(LIMIT_S)
def test_the_largest_page_comes_in_time(timed_client, incidents) -> None:
    """A hundred incidents of a full table are one answer."""
    answer = timed_client.get("/incidents", params={"per_page": 100, "status": "triaged"})
    assert answer.status == 200
    assert answer.json()["total"] >= 100


@pytest.mark.budget(LIMIT_S)
def test_one_incident_comes_in_time(timed_client, incidents) -> None:
    """An incident is read by its id."""
    assert timed_client.get(f"/incidents/{incidents[-1]}").json()["id"] == incidents[-1]


@pytest.mark.budget(LIMIT_S)
def test_health_comes_in_time(timed_client) -> None:
    """Whoever asks for the app's health gets a quick answer."""
    assert timed_client.get("/health/ready").json() == {"status": "ok"}
    assert timed_client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.budget(LIMIT_S)
def test_a_change_comes_in_time(timed_client, incidents) -> None:
    """A change and what the timeline then tells of it."""
    for number in range(5):
        title = {"title": f"Disk full, look {number}"}
        assert timed_client.patch(f"/incidents/{incidents[-1]}", json=title).status == 200
    timeline = timed_client.get(f"/incidents/{incidents[-1]}/timeline").json()
    assert timeline["items"][0]["kind"] == "created"
