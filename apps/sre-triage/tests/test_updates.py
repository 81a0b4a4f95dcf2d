"""Changes of incidents, who may make them over whose, and what the timeline tells."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def triaged(client: httpx.AsyncClient, title: str = "Disk full") -> dict:
    created = await client.post("/incidents", json={"title": title})
    assert created.headers["Location"] == f"/incidents/{created.json()['id']}"
    assert created.headers["ETag"] == '"1"'
    return (await client.get(created.headers["Location"])).json()


async def events(client: httpx.AsyncClient, incident: dict) -> list[dict]:
    page = await client.get(f"/incidents/{incident['id']}/timeline", params={"per_page": 100})
    assert page.status_code == 200
    return page.json()["items"]


async def test_what_is_left_out_stays(client: httpx.AsyncClient) -> None:
    """A change touches what it names, raises the version, and is told with old and new."""
    before = await triaged(client)
    answer = await client.patch(
        f"/incidents/{before['id']}", json={"title": " Disk  full on db-3 "}
    )
    assert answer.status_code == 200
    after = answer.json()
    assert after == before | {"title": "Disk  full on db-3", "version": before["version"] + 1}
    assert answer.headers["ETag"] == f'"{after["version"]}"'
    assert (await client.get(f"/incidents/{before['id']}")).json() == after
    last = (await events(client, before))[-1]
    assert last["kind"] == "updated"
    assert last["data"] == {"changes": {"title": ["Disk full", "Disk  full on db-3"]}}


async def test_a_change_that_changes_nothing_is_no_event(client: httpx.AsyncClient) -> None:
    """The same again, or nothing at all, leaves version and timeline alone."""
    before = await triaged(client)
    told = await events(client, before)
    for body in ({}, {"title": before["title"]}):
        assert (await client.patch(f"/incidents/{before['id']}", json=body)).json() == before
    assert await events(client, before) == told


@pytest.mark.parametrize(
    "body",
    [
        {"title": None},
        {"title": ""},
        {"severity": "sev0"},
        {"status": "pending"},
        {"version": 7},
        {"likely_cause": "nul \x00"},
        [],
    ],
)
async def test_a_bad_change_is_refused_whole(client: httpx.AsyncClient, body: object) -> None:
    """It is 422, and what was right in it is not done either."""
    before = await triaged(client)
    if isinstance(body, dict):
        body = {"description": "new"} | body
    assert (await client.patch(f"/incidents/{before['id']}", json=body)).status_code == 422
    assert (await client.get(f"/incidents/{before['id']}")).json() == before


async def test_who_read_an_old_version_changes_nothing(client: httpx.AsyncClient) -> None:
    """With `If-Match`, the second of two who read the same is told, and may read again."""
    before = await triaged(client)
    address = f"/incidents/{before['id']}"
    seen = {"If-Match": (await client.get(address)).headers["ETag"]}
    first = await client.patch(address, json={"severity": "sev1"}, headers=seen)
    assert first.status_code == 200
    second = await client.patch(address, json={"severity": "sev4"}, headers=seen)
    assert second.status_code == 412
    assert (await client.get(address)).json()["severity"] == "sev1"
    for wrong in ('"x"', 'W/"2"', "", '"99999999999999999999"'):
        headers = {"If-Match": wrong}
        assert (await client.patch(address, json={}, headers=headers)).status_code == 412
    anyway = await client.patch(address, json={"severity": "sev3"}, headers={"If-Match": "*"})
    assert anyway.json()["severity"] == "sev3"


async def test_of_changes_at_once_none_is_lost_in_silence(client: httpx.AsyncClient) -> None:
    """Twenty at once: each is either in the timeline or was answered 409."""
    before = await triaged(client)
    address = f"/incidents/{before['id']}"
    answers = await asyncio.gather(
        *(client.patch(address, json={"title": f"Title {number}"}) for number in range(20))
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    done = [answer.json()["title"] for answer in answers if answer.status_code == 200]
    assert done
    told = [
        e["data"]["changes"]["title"]
        for e in await events(client, before)
        if e["data"].get("changes")
    ]
    assert sorted(new for _, new in told) == sorted(done)
    assert [old for old, _ in told] == ["Disk full", *(new for _, new in told[:-1])]
    after = (await client.get(address)).json()
    assert (after["title"], after["version"]) == (told[-1][1], before["version"] + len(done))


async def test_an_incident_is_resolved_and_opened_again(client: httpx.AsyncClient) -> None:
    """Resolved is listed as such; a triage that is asked for opens it again."""
    incident = await triaged(client)
    address = f"/incidents/{incident['id']}"
    await client.patch(address, json={"status": "resolved"})
    listed = (await client.get("/incidents", params={"status": "resolved"})).json()
    assert [item["id"] for item in listed["items"]] == [incident["id"]]
    again = await client.post(f"{address}/triage")
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    assert again.headers["Location"] == address
    assert (await client.get(address)).json()["status"] == "triaged"
    assert [event["kind"] for event in await events(client, incident)][-4:] == [
        "updated",
        "triage_requested",
        "triage_started",
        "triage_finished",
    ]


async def test_a_timeline_has_pages(client: httpx.AsyncClient) -> None:
    """Oldest first, each event once."""
    incident = await triaged(client)
    every = await events(client, incident)
    assert [event["kind"] for event in every] == ["created", "triage_started", "triage_finished"]
    address = f"/incidents/{incident['id']}/timeline"
    pages = [(await client.get(f"{address}?page={n}&per_page=2")).json() for n in (1, 2, 3)]
    assert [page["items"] for page in pages] == [every[:2], every[2:], []]
    assert {page["total"] for page in pages} == {3}


async def test_what_is_not_there_is_404(client: httpx.AsyncClient) -> None:
    """For every address below an incident."""
    missing = f"/incidents/{uuid4()}"
    assert (await client.patch(missing, json={"title": "x"})).status_code == 404
    assert (await client.post(f"{missing}/triage")).status_code == 404
    assert (await client.get(f"{missing}/timeline")).status_code == 404
