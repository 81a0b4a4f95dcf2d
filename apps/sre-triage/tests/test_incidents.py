"""Create, read and list, through the API."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from sre_triage.app import create_app
from sre_triage.database import create_engine, create_sessions
from sre_triage.models import Base, Incident
from sre_triage.services.assessment import Report
from sre_triage.settings import Settings

pytestmark = pytest.mark.anyio


async def create(client: httpx.AsyncClient, count: int) -> list[str]:
    ids = []
    for number in range(count):
        answer = await client.post("/incidents", json={"title": f"Incident {number}"})
        assert answer.status_code == 201
        ids.append(answer.json()["id"])
    return ids


async def test_times_are_aware_and_in_utc(client: httpx.AsyncClient) -> None:
    """Times leave the app with their zone, also after a round trip through SQLite."""
    (incident_id,) = await create(client, 1)
    incident = (await client.get(f"/incidents/{incident_id}")).json()
    created_at = datetime.fromisoformat(incident["created_at"])
    assert created_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - created_at) < timedelta(minutes=1)
    assert datetime.fromisoformat(incident["triaged_at"]) >= created_at


async def test_an_unknown_incident_is_named_in_the_404(client: httpx.AsyncClient) -> None:
    """The body of a 404 says what was not found."""
    missing = uuid4()
    answer = await client.get(f"/incidents/{missing}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"Incident {missing} not found"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("{}", ["body", "title"]),
        ('{"title": ""}', ["body", "title"]),
        ('{"title": "   "}', ["body", "title"]),
        ('{"title": "%s"}' % ("x" * 201), ["body", "title"]),
        ('{"title": "x", "description": "%s"}' % ("x" * 10_001), ["body", "description"]),
        ('{"title": "nul \\u0000"}', ["body", "title"]),
        ('{"title": "lone surrogate \\ud800"}', ["body", "title"]),
        ('{"title": NaN}', ["body", "title"]),
        ('{"title": "x", "status": "triaged"}', ["body", "status"]),
        ('{"title": "x", "\\ud800": 1}', ["body"]),
    ],
)
async def test_a_bad_report_is_refused_with_its_place(
    client: httpx.AsyncClient, body: str, place: list[str]
) -> None:
    """Whatever is wrong in a report, the answer is 422, says where, and nothing is stored."""
    answer = await client.post(
        "/incidents", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["errors"]] == [place]
    assert (await client.get("/incidents")).json()["total"] == 0


async def test_the_longest_report_fits_and_an_endless_one_does_not(
    client: httpx.AsyncClient,
) -> None:
    """The limit of the body lets every valid report in, and stops others before they are read."""
    longest = {"title": "\U0001f525" * 200, "description": "\U0001f525" * 10_000}
    content = json.dumps(longest)
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/incidents", content=content, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["description"] == longest["description"]
    answer = await client.post("/incidents", content=content + " " * 10_000, headers=headers)
    assert answer.status_code == 413


async def test_pages_cover_the_list_once_newest_first(client: httpx.AsyncClient) -> None:
    """Pages put together are the whole list, in order; a page past the end is empty."""
    ids = await create(client, 5)
    pages = [
        (await client.get("/incidents", params={"page": page, "per_page": 2})).json()
        for page in (1, 2, 3, 4)
    ]
    assert [len(page["items"]) for page in pages] == [2, 2, 1, 0]
    assert [item["id"] for page in pages for item in page["items"]] == ids[::-1]
    assert {page["total"] for page in pages} == {5}
    assert (pages[1]["page"], pages[1]["per_page"]) == (2, 2)


async def test_the_order_holds_when_times_are_equal(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    """Incidents of one instant are paged without a repeat or a gap."""
    ids = await create(client, 6)
    engine = create_engine(settings.database_url)
    async with create_sessions(engine).begin() as session:
        await session.execute(update(Incident).values(created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    await engine.dispose()
    seen = [
        (await client.get("/incidents", params={"page": page, "per_page": 1})).json()["items"][0]
        for page in range(1, 7)
    ]
    assert [item["id"] for item in seen] == sorted(ids, reverse=True)


async def test_twenty_per_page_unless_asked(client: httpx.AsyncClient) -> None:
    """Without parameters the first twenty come, and a hundred are allowed."""
    await create(client, 21)
    assert len((await client.get("/incidents")).json()["items"]) == 20
    assert len((await client.get("/incidents?per_page=100")).json()["items"]) == 21


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "per_page=0",
        "per_page=101",
        "status=closed",
        "status=",
    ],
)
async def test_parameters_out_of_range_are_refused(client: httpx.AsyncClient, query: str) -> None:
    """A list parameter that makes no sense is 422, never a guess and never a 500."""
    answer = await client.get(f"/incidents?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["query", query.partition("=")[0]]


async def test_parallel_reports_are_all_kept(client: httpx.AsyncClient) -> None:
    """Twenty creates at once on one SQLite file all succeed."""
    answers = await asyncio.gather(
        *(client.post("/incidents", json={"title": f"Incident {n}"}) for n in range(20))
    )
    assert [answer.status_code for answer in answers] == [201] * 20
    listed = (await client.get("/incidents", params={"per_page": 100})).json()
    assert {item["id"] for item in listed["items"]} == {answer.json()["id"] for answer in answers}
    assert {item["status"] for item in listed["items"]} == {"triaged"}


async def test_a_commit_that_fails_is_not_answered_201(settings: Settings, serve) -> None:
    """A report the database refuses at commit is 503, is not stored, and starts no triage."""
    triaged = []

    async def step(report: Report) -> None:
        triaged.append(report)

    def refuse(_session: object) -> None:
        raise OperationalError("COMMIT", None, Exception("database is locked"))

    async with serve(create_app(settings, triage_step=step)) as client:
        event.listen(AsyncSession.sync_session_class, "before_commit", refuse)
        try:
            answer = await client.post("/incidents", json={"title": "Lost"})
        finally:
            event.remove(AsyncSession.sync_session_class, "before_commit", refuse)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.json()["detail"] == "The database is not available. Try again."
        assert (await client.get("/incidents")).json()["total"] == 0
    assert triaged == []


async def test_a_database_that_stays_locked_is_503(tmp_path: Path, serve) -> None:
    """A writer that waited in vain is told so and stores nothing; readers do not wait at all."""
    file = tmp_path / "triage.db"
    app = create_app(Settings(database_url=f"sqlite+aiosqlite:///{file}?timeout=0.1"))
    async with serve(app) as client:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            answer = await client.post("/incidents", json={"title": "Late"})
            read = await client.get("/incidents")
        assert answer.status_code == 503
        assert read.json()["total"] == 0
        assert (await client.post("/incidents", json={"title": "Again"})).status_code == 201


async def test_health_fails_when_the_table_cannot_be_read(settings: Settings, serve) -> None:
    """Health reads the table, so it is 503 when that is gone."""
    async with serve(create_app(settings)) as client:
        assert (await client.get("/health/ready")).json() == {"status": "ok"}
        engine = create_engine(settings.database_url)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
        await engine.dispose()
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).status_code == 200
