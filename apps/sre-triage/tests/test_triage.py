"""What happens to an incident after its answer."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from fastapi import BackgroundTasks
from sqlalchemy import update

from sre_triage.api.dependencies import Db
from sre_triage.app import create_app
from sre_triage.database import create_engine, create_sessions
from sre_triage.models import Category, Incident, Severity
from sre_triage.services import incidents, rules
from sre_triage.services.assessment import Assessment, Report, TemporaryError
from sre_triage.services.health import check_database
from sre_triage.settings import Settings

pytestmark = pytest.mark.anyio

CERTAIN = Assessment(Severity.SEV4, Category.NETWORK, "a cause", "an action")


async def reported(client) -> dict:
    answer = await client.post("/incidents", json={"title": "Strange", "description": "Noise"})
    assert answer.status_code == 201
    assert answer.json()["status"] == "pending"
    return (await client.get(f"/incidents/{answer.json()['id']}")).json()


async def test_the_step_can_be_replaced(settings: Settings, serve) -> None:
    """An app built with another step stores what that step says."""

    async def step(report: Report) -> Assessment:
        assert report == Report("Strange", "Noise")
        return CERTAIN

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await reported(client)
    assert (incident["severity"], incident["category"]) == ("sev4", "network")
    assert (incident["likely_cause"], incident["suggested_action"]) == ("a cause", "an action")
    assert incident["failure_reason"] is None


async def test_the_incident_is_committed_before_triage_starts(settings: Settings, serve) -> None:
    """While triage runs, another connection already sees the row."""
    seen: list[str] = []

    async def step(report: Report) -> Assessment:
        async with create_sessions(other)() as session:
            page = await incidents.list_incidents(session, status=None, page=1, per_page=10)
        seen.extend(item.title for item in page.items)
        return CERTAIN

    other = create_engine(settings.database_url)
    async with serve(create_app(settings, triage_step=step)) as client:
        await reported(client)
    await other.dispose()
    assert seen == ["Strange"]


async def test_no_request_holds_a_connection_during_background_work(
    settings: Settings, serve, monkeypatch
) -> None:
    """Even a route that read last has given its connection back when its tasks start."""
    engine = create_engine(settings.database_url)
    monkeypatch.setattr("sre_triage.parts.create_engine", lambda _url: engine)
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

    async def step(report: Report) -> Assessment:
        raise LookupError("no runbook for this")

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await reported(client)
        listed = (await client.get("/incidents", params={"status": "triage_failed"})).json()
        assert (await client.get("/incidents", params={"status": "triaged"})).json()["total"] == 0
    assert incident["status"] == "triage_failed"
    assert incident["failure_reason"] == "LookupError: no runbook for this"
    assert incident["severity"] is None
    assert listed["items"] == [incident]


async def test_a_step_that_hangs_marks_the_incident(settings: Settings, serve) -> None:
    """A triage that never ends is stopped after the time that the settings allow."""

    async def step(report: Report) -> Assessment:
        await asyncio.Event().wait()
        raise AssertionError

    settings = settings.model_copy(update={"triage_timeout_seconds": 0.05, "triage_attempts": 1})
    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await reported(client)
    assert incident["status"] == "triage_failed"
    assert incident["failure_reason"] == "triage took longer than 0.05 s"


async def test_an_answer_that_cannot_be_stored_marks_the_incident(
    settings: Settings, serve
) -> None:
    """A step that answers nonsense fails as one that raises."""

    async def step(report: Report) -> str:
        return "sev1"

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await reported(client)
    assert incident["status"] == "triage_failed"
    assert incident["failure_reason"] == "TypeError: the step answered 'sev1'"


async def kinds(client, incident_id: str) -> list[str]:
    page = (await client.get(f"/incidents/{incident_id}/timeline")).json()
    return [event["kind"] for event in page["items"]]


async def test_what_fails_for_now_is_tried_again(settings: Settings, serve) -> None:
    """A step that cannot now is asked again; the timeline tells each attempt and its reason."""
    asked = []

    async def step(report: Report) -> Assessment:
        asked.append(report)
        if len(asked) < 3:
            raise TemporaryError("not now", retry_after_s=0.02)
        return CERTAIN

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await reported(client)
        events = (await client.get(f"/incidents/{incident['id']}/timeline")).json()["items"]
    assert incident["status"] == "triaged"
    assert [event["kind"] for event in events] == [
        "created",
        *["triage_started", "triage_postponed"] * 2,
        "triage_started",
        "triage_finished",
    ]
    assert [event["data"].get("attempt") for event in events[1::2]] == [1, 2, 3]
    assert events[2]["data"]["reason"] == "not now"
    assert events[2]["data"]["seconds"] >= 0.02
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)


async def test_what_keeps_failing_is_marked(settings: Settings, serve) -> None:
    """After as many attempts as the settings allow the last reason stays."""
    asked = []

    async def step(report: Report) -> Assessment:
        asked.append(report)
        raise TemporaryError(f"no {len(asked)}")

    async with serve(create_app(settings, triage_step=step)) as client:
        incident = await reported(client)
    assert (incident["status"], incident["failure_reason"]) == ("triage_failed", "no 3")


async def test_a_triage_that_kills_its_process_is_given_up(settings: Settings, serve) -> None:
    """Attempts count although nobody was left to say how they ended."""

    async def step(report: Report) -> Assessment:
        raise AssertionError

    async with serve(create_app(settings, triage_step=step)) as client:
        pass
    engine = create_engine(settings.database_url)
    async with create_sessions(engine)() as db:
        incident = await incidents.create_incident(db, title="Strange", description="")
        await db.execute(update(Incident).values(triage_attempts=settings.triage_attempts))
        await db.commit()
    await engine.dispose()
    async with serve(create_app(settings, triage_step=step)) as client:
        for _ in range(1_000):
            found = (await client.get(f"/incidents/{incident.id}")).json()
            if found["status"] != "pending":
                break
            await asyncio.sleep(0.05)
    assert found["failure_reason"] == "3 attempts did not come to an end"


async def test_a_person_who_triages_is_not_overruled(settings: Settings, serve) -> None:
    """Severity set while a triage runs stays: the result that comes late is dropped."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def step(report: Report) -> Assessment:
        begun.set()
        await go_on.wait()
        return CERTAIN

    async with serve(create_app(settings, triage_step=step)) as client:
        report = asyncio.create_task(client.post("/incidents", json={"title": "Strange"}))
        await begun.wait()
        (item,) = (await client.get("/incidents")).json()["items"]
        changed = await client.patch(f"/incidents/{item['id']}", json={"severity": "sev1"})
        assert changed.json()["status"] == "triaged"
        go_on.set()
        await report
        incident = (await client.get(f"/incidents/{item['id']}")).json()
        assert await kinds(client, item["id"]) == ["created", "triage_started", "updated"]
    assert (incident["severity"], incident["assessed_by"]) == ("sev1", "person")


async def test_what_an_earlier_round_comes_to_is_dropped(settings: Settings, serve) -> None:
    """A triage that was asked for again is decided by the later round alone."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    rounds = []

    async def step(report: Report) -> Assessment:
        rounds.append(report)
        if len(rounds) > 1:
            return CERTAIN
        begun.set()
        await go_on.wait()
        return dataclasses.replace(CERTAIN, severity=Severity.SEV1)

    async with serve(create_app(settings, triage_step=step)) as client:
        report = asyncio.create_task(client.post("/incidents", json={"title": "Strange"}))
        await begun.wait()
        (item,) = (await client.get("/incidents")).json()["items"]
        address = f"/incidents/{item['id']}"
        await client.patch(address, json={"status": "resolved"})
        assert (await client.post(f"{address}/triage")).json()["status"] == "pending"
        go_on.set()
        await report
        incident = (await client.get(address)).json()
    assert (incident["status"], incident["severity"]) == ("triaged", "sev4")


async def test_reports_at_once_share_the_slots(settings: Settings, serve) -> None:
    """No more steps run side by side than the settings allow."""
    running, most = 0, 0
    full, go_on = asyncio.Event(), asyncio.Event()

    async def step(report: Report) -> Assessment:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 3:
            full.set()
        await go_on.wait()
        running -= 1
        return CERTAIN

    few = settings.model_copy(update={"triage_at_once": 3})
    async with serve(create_app(few, triage_step=step)) as client:
        reports = [asyncio.create_task(reported(client)) for _ in range(12)]
        await full.wait()
        while (await client.get("/incidents")).json()["total"] < 12:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        go_on.set()
        await asyncio.gather(*reports)
    assert most == 3


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
    assessment = await rules.assess(Report(title, description))
    assert (assessment.severity, assessment.category) == (severity, category)
    assert assessment.likely_cause
    assert assessment.suggested_action
