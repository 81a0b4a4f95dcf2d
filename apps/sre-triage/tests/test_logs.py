"""Logs, from upload to download."""

from __future__ import annotations

import hashlib
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from sre_triage.app import create_app
from sre_triage.models import Category, Severity
from sre_triage.services import logs
from sre_triage.services.assessment import Assessment

pytestmark = pytest.mark.anyio

CONTENTS = {
    "text": (b"OOMKilled\n", "utf-8"),
    "empty": (b"", "utf-8"),
    "latin-1": ("Größe überschritten".encode("latin-1"), "utf-8"),
    "utf-16": ("Größe\n".encode("utf-16"), "utf-16-le"),
    "utf-16-be": ("\ufeffGröße\n".encode("utf-16-be"), "utf-16-be"),
    "binary": (bytes(range(256)) * 3, "binary"),
    "one piece": (b"x" * logs.CHUNK_BYTES, "utf-8"),
    "three pieces": (b"0123456789abcde\n" * 40_000, "utf-8"),
    "the longest": (b"x" * logs.MAX_LOG_BYTES, "utf-8"),
}


async def report(client: httpx.AsyncClient) -> str:
    return (await client.post("/incidents", json={"title": "Strange"})).json()["id"]


@pytest.mark.parametrize("content", CONTENTS)
async def test_a_log_is_read_back_as_it_came(client: httpx.AsyncClient, content: str) -> None:
    """Every byte comes back, whatever they are, and never as something that a browser shows."""
    data, encoding = CONTENTS[content]
    address = f"/incidents/{await report(client)}/logs"
    answer = await client.post(address, files={"file": ("app.log", data, "text/html")})
    assert answer.status_code == 201
    log = answer.json()
    assert (log["name"], log["size"], log["encoding"]) == ("app.log", len(data), encoding)
    assert log["sha256"] == hashlib.sha256(data).hexdigest()
    assert (await client.get(address)).json()["items"] == [log]
    read = await client.get(f"{address}/{log['id']}")
    assert read.content == data
    assert read.headers["Content-Type"] == "application/octet-stream"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.headers["Content-Disposition"].startswith("attachment")


async def test_a_log_that_is_too_long_leaves_nothing(client: httpx.AsyncClient) -> None:
    """One byte too many is 413, and no piece of it stays; so is a body with no end in sight."""
    incident_id = await report(client)
    address = f"/incidents/{incident_id}/logs"

    async def form():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(200):
            yield b"x" * 100_000

    endless = {"Content-Type": "multipart/form-data; boundary=x"}
    for answer in (
        await client.post(address, files={"file": ("a", b"x" * (logs.MAX_LOG_BYTES + 1))}),
        await client.post(address, files={"file": ("a", b"x" * (logs.MAX_LOG_BYTES + 99_999))}),
        await client.post(address, content=form(), headers=endless),
    ):
        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 413
    assert (await client.get(address)).json()["total"] == 0
    events = (await client.get(f"/incidents/{incident_id}/timeline")).json()["items"]
    assert "log_uploaded" not in {event["kind"] for event in events}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("größe 🔥.log", "größe 🔥.log"),
        ("a\x07b.log", "ab.log"),
        ("x" * 300, "x" * 255),
        ("", "unnamed"),
        ("\x7f", "unnamed"),
    ],
)
async def test_a_name_is_shown_and_never_opened(
    client: httpx.AsyncClient, name: str, kept: str
) -> None:
    """What the client calls its file is data; in the header of the download it is encoded."""
    address = f"/incidents/{await report(client)}/logs"
    start = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    form = start.encode() + b"content\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    log = (await client.post(address, content=form, headers=headers)).json()
    assert (log["name"], log["size"]) == (kept, 7)
    header = (await client.get(f"{address}/{log['id']}")).headers["Content-Disposition"]
    assert header == f"attachment; filename*=UTF-8''{quote(kept, safe='')}"


async def test_logs_belong_to_their_incident(client: httpx.AsyncClient) -> None:
    """A log is not found under another incident, nor is anything under one that is not there."""
    first, second = await report(client), await report(client)
    files = {"file": ("a.log", b"x")}
    log = (await client.post(f"/incidents/{first}/logs", files=files)).json()
    for address in (f"/incidents/{second}/logs/{log['id']}", f"/incidents/{first}/logs/{uuid4()}"):
        assert (await client.get(address)).status_code == 404
    missing = f"/incidents/{uuid4()}/logs"
    assert (await client.get(missing)).status_code == 404
    assert (await client.post(missing, files=files)).status_code == 404


@pytest.mark.parametrize("field", ["data", "files"])
async def test_a_form_without_a_file_is_422(client: httpx.AsyncClient, field: str) -> None:
    """Text where a file belongs, or a field of another name, is said to be wrong."""
    address = f"/incidents/{await report(client)}/logs"
    form = {"data": {"file": "text"}} if field == "data" else {"files": {"log": ("a", b"x")}}
    answer = await client.post(address, **form)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["body", "file"]


async def test_the_step_gets_the_ends_of_the_newest_logs(settings, serve) -> None:
    """Text of any encoding, at most three logs, the end of long ones; nothing binary."""
    reports = []

    async def step(report):
        reports.append(report)
        return Assessment(Severity.SEV4, Category.NETWORK, "a cause", "an action")

    async with serve(create_app(settings, triage_step=step)) as client:
        incident_id = await report(client)
        for name, data in {
            "oldest": b"not seen",
            "long": b"x" * 600_001 + "Ende ö".encode(),
            "utf-16": "Größe".encode("utf-16"),
            "binary": b"\x00\x01",
            "empty": b"",
            "broken": b"caf\xe9 OOM",
        }.items():
            await client.post(f"/incidents/{incident_id}/logs", files={"file": (name, data)})
        await client.post(f"/incidents/{incident_id}/triage")
    first, second = reports
    assert first.logs == ()
    assert [log.name for log in second.logs] == ["broken", "utf-16", "long"]
    broken, utf_16, long = (log.text for log in second.logs)
    assert broken == "caf\ufffd OOM"
    assert utf_16.endswith("Größe")
    assert long.endswith("Ende ö")
    assert len(long) == 8_000
