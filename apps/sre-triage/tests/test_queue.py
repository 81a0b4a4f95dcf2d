"""Triage through a queue on a real PostgreSQL and a real Redis, with workers that are killed."""

from __future__ import annotations

import asyncio

import pytest

from sre_triage.app import create_app

ATTEMPTS = 8


@pytest.fixture(params=["postgresql", "redis"])
def queue_url(request):
    fixture = "postgres_database" if request.param == "postgresql" else "redis_url"
    return request.getfixturevalue(fixture)


@pytest.fixture
def environment(provider, queue_url, tmp_path, request):
    """Incidents are on PostgreSQL where the queue is, else on SQLite."""
    database = (
        queue_url.replace("postgresql://", "postgresql+asyncpg://")
        if queue_url.startswith("postgresql")
        else f"sqlite+aiosqlite:///{tmp_path}/triage.db"
    )
    return provider.environment() | {
        "DATABASE_URL": database,
        "QUEUE_URL": queue_url,
        "QUEUE_SWEEP_SECONDS": "1",
        "LLM_TIMEOUT_SECONDS": "120",
        "TRIAGE_TIMEOUT_SECONDS": "3",
        "TRIAGE_ATTEMPTS": str(ATTEMPTS),
        # What a start finds is in the queue already; nobody looks again while a test runs.
        "RECOVERY_SECONDS": "3600",
    }


def stall(handler, _before):
    """A service that falls silent."""
    handler.stream(handler.answer()[:30], end=False)
    handler.wfile.flush()
    handler.server.released.wait()


def test_no_kill_loses_a_triage(provider, start_server, start_worker, environment, until) -> None:
    """A server is killed with `kill -9` in the middle of a triage, then a worker is stopped in it.

    Each time the next one takes it up, and the result is stored once. What fails for now comes
    back through the queue, and what stays so is marked.
    """
    place = environment["QUEUE_URL"][:5]
    killed, once, always = (f"{title} on {place}" for title in ("Killed", "Once", "Always"))
    provider.behaviours |= {
        killed: stall,
        once: lambda handler, before: handler.assess() if before else handler.refuse(429),
        always: lambda handler, _: handler.refuse(429),
    }
    first = start_server(**environment)  # it works on the queue itself
    incident_id = first.report(killed)
    until(lambda: provider.requests(killed))
    first.kill()

    environment |= {"QUEUE_WORKER": "false"}
    server = start_server(**environment)
    seen = len(provider.requests(killed))
    worker = start_worker(**environment)
    until(lambda: len(provider.requests(killed)) > seen)
    assert worker.stop() == 0, worker.log()
    assert server.client.get(f"/incidents/{incident_id}").json()["status"] == "pending"

    provider.behaviours[killed] = lambda handler, _: handler.assess()
    start_worker(**environment)
    incident = server.triaged(incident_id)
    assert (incident["status"], incident["assessed_by"]) == ("triaged", "stub-1")
    kinds = server.kinds(incident_id)
    assert kinds[0] == "created"
    assert kinds[-1] == "triage_finished"
    assert kinds.count("triage_started") >= 3
    assert kinds.count("triage_finished") == 1

    once_id, always_id = server.report(once), server.report(always)
    others = [server.report(f"Disk full on node {number}") for number in range(20)]
    assert server.triaged(once_id)["status"] == "triaged"
    assert server.kinds(once_id)[1:] == [
        "triage_started",
        "triage_postponed",
        "triage_started",
        "triage_finished",
    ]
    assert server.triaged(always_id)["failure_reason"] == "the model's service answered 429"
    assert len(provider.requests(always)) == ATTEMPTS
    assert {server.triaged(other)["status"] for other in others} == {"triaged"}
    # A round that is asked for is a new job.
    provider.behaviours[always] = lambda handler, _: handler.assess()
    assert server.client.post(f"/incidents/{always_id}/triage").status_code == 202
    assert server.triaged(always_id)["status"] == "triaged"


@pytest.mark.anyio
async def test_a_queue_that_is_away_loses_nothing(settings, serve) -> None:
    """Reports are taken while there is no Redis, and triaged by a server that has another way."""
    away = settings.model_copy(update={"queue_url": "redis://127.0.0.1:1/0", "queue_worker": False})
    async with serve(create_app(away)) as client:
        answers = [await client.post("/incidents", json={"title": f"Node {n}"}) for n in range(3)]
        assert {answer.status_code for answer in answers} == {201}
        listed = (await client.get("/incidents", params={"status": "pending"})).json()
        assert listed["total"] == 3
    async with serve(create_app(settings)) as client:
        for _ in range(1_000):
            listed = (await client.get("/incidents", params={"status": "triaged"})).json()
            if listed["total"] == 3:
                break
            await asyncio.sleep(0.05)
    assert listed["total"] == 3
