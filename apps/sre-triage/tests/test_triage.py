"""What happens to an incident after its answer."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import BackgroundTasks

from sre_triage.api.dependencies import Db
from sre_triage.app import create_app
from sre_triage.database import create_engine, create_sessions
from sre_triage.models import Category, Severity
from sre_triage.services import incidents, rules
from sre_triage.services.health import check_database
from sre_triage.settings import Settings

pytestmark = pytest.mark.anyio

CERTAIN = rules.Assessment(Severity.SEV4, Category.NETWORK, "a cause", "an action")


async def report(client) -> dict:
    answer = await client.post("/incidents", json={"title": "Strange", "description": "Noise"})
    assert answer.status_code == 201
    assert answer.json()["status"] == "pending"
    return (await client.get(f"/incidents/{answer.json()['id']}")).json()


async def test_the_step_can_be_replaced(settings: Settings, serve) -> None:
    """An app built with another step stores what that step says."""

    async def step(title: str, description: str) -> rules.Assessment:
        assert (title, description) == ("Strange", "Noise")
        return CERTAIN

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await report(client)
    assert (incident["severity"], incident["category"]) == ("sev4", "network")
    assert (incident["likely_cause"], incident["suggested_action"]) == ("a cause", "an action")
    assert incident["failure_reason"] is None


async def test_the_incident_is_committed_before_triage_starts(settings: Settings, serve) -> None:
    """While triage runs, another connection already sees the row."""
    seen: list[str] = []

    async def step(title: str, description: str) -> rules.Assessment:
        async with create_sessions(other)() as session:
            page = await incidents.list_incidents(session, status=None, page=1, per_page=10)
        seen.extend(item.title for item in page.items)
        return CERTAIN

    other = create_engine(settings.database_url)
    async with serve(create_app(settings, triage_step=step)) as client:
        await report(client)
    await other.dispose()
    assert seen == ["Strange"]


async def test_no_request_holds_a_connection_during_background_work(
    settings: Settings, serve, monkeypatch
) -> None:
    """Even a route that read last has given its connection back when its tasks start."""
    engine = create_engine(settings.database_url)
    monkeypatch.setattr("sre_triage.app.create_engine", lambda _url: engine)
    app = create_app(settings)
    in_use: list[int] = []

    async def count() -> None:
        in_use.append(engine.pool.checkedout())

    @app.get("/probe")
    async def probe(db: Db, background_tasks: BackgroundTasks) -> None:
        await check_database(db)
        await count()
        background_tasks.add_task(count)

    async with serve(app) as client:
        assert (await client.get("/probe")).status_code == 200
    assert in_use == [1, 0]


async def test_a_step_that_raises_marks_the_incident(settings: Settings, serve) -> None:
    """A failed triage keeps the incident and says why; it can be found by its status."""

    async def step(title: str, description: str) -> rules.Assessment:
        raise LookupError("no runbook for this")

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await report(client)
        listed = (await client.get("/incidents", params={"status": "triage_failed"})).json()
        assert (await client.get("/incidents", params={"status": "triaged"})).json()["total"] == 0
    assert incident["status"] == "triage_failed"
    assert incident["failure_reason"] == "LookupError: no runbook for this"
    assert incident["severity"] is None
    assert listed["items"] == [incident]


async def test_a_step_that_hangs_marks_the_incident(settings: Settings, serve) -> None:
    """A triage that never ends is stopped after the time that the settings allow."""

    async def step(title: str, description: str) -> rules.Assessment:
        await asyncio.Event().wait()
        raise AssertionError

    settings = settings.model_copy(update={"triage_timeout_seconds": 0.05})
    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await report(client)
    assert incident["status"] == "triage_failed"
    assert incident["failure_reason"] == "triage took longer than 0.05 s"


async def test_an_answer_that_cannot_be_stored_marks_the_incident(
    settings: Settings, serve
) -> None:
    """A step that answers nonsense fails as one that raises."""

    async def step(title: str, description: str) -> str:
        return "sev1"

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await report(client)
    assert incident["status"] == "triage_failed"
    assert incident["failure_reason"].startswith("AttributeError")


@pytest.mark.parametrize(
    ("title", "description", "severity", "category"),
    [
        ("Credentials exposed in a public bucket", "", "sev1", "security"),
        ("Checkout fails", "since the deployment at noon", "sev2", "deployment"),
        ("DISK FULL on db-3", "", "sev2", "capacity"),
        ("Slow pages", "Postgres deadlock", "sev2", "database"),
        ("Postgres is down", "", "sev1", "database"),
        ("Certificate expires", "minor, staging only", "sev4", "network"),
        ("Minor breach", "", "sev1", "security"),
        ("Traceback in checkout", "", "sev3", "application"),
        ("It feels odd", "", "sev3", "unknown"),
        ("Download page looks odd", "", "sev3", "unknown"),
        ("mysqldump looks odd", "", "sev3", "unknown"),
    ],
)
async def test_rules_read_words_not_parts_of_words(
    title: str, description: str, severity: str, category: str
) -> None:
    """The first rule with a whole word in the report sets the category; outages are sev1."""
    assessment = await rules.assess(title, description)
    assert (assessment.severity, assessment.category) == (severity, category)
    assert assessment.likely_cause
    assert assessment.suggested_action
