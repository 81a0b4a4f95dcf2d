"""Errors: one shape, an id that is in the log, and nothing of our insides."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx
import pytest

from sre_triage.app import create_app
from sre_triage.settings import Settings

pytestmark = pytest.mark.anyio


def check_problem(answer: httpx.Response, status: int) -> dict:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == answer.request.url.path
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    return problem


async def test_every_error_is_a_problem(client: httpx.AsyncClient) -> None:
    """Also those that the framework answers by itself."""
    check_problem(await client.get("/nowhere"), 404)
    check_problem(await client.get(f"/incidents/{uuid4()}"), 404)
    refused = await client.delete("/incidents")
    check_problem(refused, 405)
    assert refused.headers["Allow"] == "GET, POST"
    kind = {"Content-Type": "application/json"}
    check_problem(await client.post("/incidents", content=b"x" * 200_000, headers=kind), 413)
    problem = check_problem(await client.post("/incidents", content=b"{", headers=kind), 422)
    assert problem["errors"][0]["loc"][0] == "body"
    check_problem(await client.get("/incidents/7"), 422)


async def test_the_unexpected_is_500_and_tells_nothing(settings, serve, capsys) -> None:
    """The answer has an id, the log has the id and the cause, the client has not the cause."""
    app = create_app(settings.model_copy(update={"log_format": "json"}))

    @app.get("/broken")
    async def broken() -> None:
        raise LookupError("password is hunter2")

    async with serve(app) as client:
        answer = await client.get("/broken", headers={"X-Request-ID": "mine-1"})
    check_problem(answer, 500)
    assert "hunter2" not in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (told,) = [line for line in lines if line["event"] == "unexpected"]
    assert (told["request_id"], told["level"]) == ("mine-1", "error")
    assert "LookupError: password is hunter2" in told["exception"]
    (request,) = [line for line in lines if line["event"] == "request"]
    assert (request["request_id"], request["path"], request["status"]) == ("mine-1", "/broken", 500)


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("two words", False), ("x" * 129, False), ("", False)]
)
async def test_a_request_brings_its_id_or_gets_one(
    client: httpx.AsyncClient, given: str, kept: bool
) -> None:
    """Only what is safe in a log is taken over."""
    answer = await client.get("/health/live", headers={"X-Request-ID": given})
    assert answer.status_code == 200
    assert (answer.headers["X-Request-ID"] == given) is kept
    assert answer.headers["X-Request-ID"]


def test_a_database_that_goes_away_is_503_until_it_is_back(
    start_server, start_postgres, until
) -> None:
    """A real PostgreSQL is stopped and started: nothing is lost, no request waits for it."""
    database = start_postgres()
    url = database.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    server = start_server(DATABASE_URL=url, RECOVERY_SECONDS="1", TRIAGE_TIMEOUT_SECONDS="1")
    incident_id = server.report("Before")
    server.triaged(incident_id)
    database.cleanup()
    for method, address, body in (
        ("GET", "/health/ready", None),
        ("GET", "/incidents", None),
        ("POST", "/incidents", {"title": "Lost"}),
    ):
        answer = server.client.request(method, address, json=body)
        check_problem(answer, 503)
        assert answer.headers["Retry-After"] == "1"
    assert server.client.get("/health/live").status_code == 200
    database = start_postgres()
    until(lambda: server.client.get("/health/ready").status_code == 200)
    listed = server.client.get("/incidents").json()
    assert [item["id"] for item in listed["items"]] == [incident_id]
    assert server.triaged(server.report("After"))["status"] == "triaged"
    database.cleanup()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"llm_base_url": "http://127.0.0.1/v1"}, "LLM_BASE_URL needs LLM_MODEL"),
        ({"triage_timeout_seconds": 0}, "greater than 0"),
        ({"log_format": "xml"}, "'console' or 'json'"),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict, told: str) -> None:
    """Before anything is opened, with the reason."""
    with pytest.raises(ValueError, match=told):
        Settings(**values)
