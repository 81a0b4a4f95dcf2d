"""Keys: who is let in, and how far."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sqlite3
import subprocess
import sys
from uuid import UUID, uuid4

import pytest

from agent_spy.services.keys import Keys

MASTER = "master-key-of-the-settings"
ANY = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
SECRET = "secret-of-the-other-project"


def with_key(key):
    return {"x-api-key": key}


def test_no_route_answers_without_a_key(settings, serving, every_route, address):
    """Every route, shown in OpenAPI or not, is 401 without a key or with a wrong one."""

    async def run():
        async with serving(settings(require_auth=True, api_keys=[MASTER])) as client:
            found = set(every_route(client.app))
            shown = {
                (method.upper(), path)
                for path, methods in client.app.openapi()["paths"].items()
                for method in methods
            }
            plain = {
                (method, path.replace(":uuid", "").replace(":path", "")) for method, path in found
            }
            assert shown <= plain
            assert len(found) > 60
            for method, path in sorted(found):
                for headers in ({}, with_key("wrong"), {"authorization": "Bearer wrong"}):
                    answer = await client.request(method, address(path, ANY), headers=headers)
                    expected = {200, 503} if path.startswith("/health") else {401}
                    assert answer.status_code in expected, (method, path, answer.status_code)
                    if method != "HEAD" and expected == {401}:
                        assert answer.json() == {"detail": "Invalid API key"}
            for path in (
                "/health/../info",
                "//info",
                "/health%2f..%2finfo",
                "/healthx",
                "/nothing",
            ):
                assert (await client.get(path)).status_code == 401, path

    asyncio.run(run())


def test_keys_are_taken_from_every_usual_place(settings, serving):
    """x-api-key, a bearer's token and, from a browser, a password let in."""

    def basic(key):
        return "Basic " + base64.b64encode(f"any:{key}".encode()).decode()

    async def run():
        async with serving(settings(require_auth=True, api_keys=["other", MASTER])) as client:
            for headers in (
                {"x-api-key": MASTER},
                {"authorization": f"Bearer {MASTER}"},
                {"authorization": f"bearer {MASTER}"},
                {"authorization": basic(MASTER)},
            ):
                assert (await client.get("/info", headers=headers)).status_code == 200
            for headers in (
                {"authorization": basic("wrong")},
                {"authorization": "Basic ÿÿ".encode("latin-1")},
                {"authorization": MASTER},
                {"x-api-key": MASTER.upper()},
                {"x-api-key": MASTER[:-1]},
            ):
                assert (await client.get("/info", headers=headers)).status_code == 401
            # A password comes by itself, wherever the request comes from: it changes nothing.
            foreign = {"authorization": basic(MASTER), "sec-fetch-site": "cross-site"}
            assert (await client.post("/runs/batch", json={}, headers=foreign)).status_code == 401
            own = foreign | {"sec-fetch-site": "same-origin"}
            assert (await client.post("/runs/batch", json={}, headers=own)).status_code == 202
            page = await client.get("/", headers={"accept": "text/html"})
            assert page.headers["www-authenticate"].startswith("Basic")

    asyncio.run(run())


async def prepared(client, a_run):
    """A project of its own, and another with all that one can have; both keys."""
    keys = client.app.state.keys
    ids = await client.app.state.projects.ids(["mine", "theirs"])
    mine, theirs = (UUID(bytes=ids[name]) for name in ("mine", "theirs"))
    my_key, their_key = await keys.make("me", mine), await keys.make("they", theirs)
    other = a_run("theirs", name=SECRET, inputs={"q": SECRET}, tags=[SECRET])
    other["extra"] = {"metadata": {"thread_id": SECRET, "session_id": SECRET}}
    headers = with_key(their_key)
    assert (await client.post("/runs", json=other, headers=headers)).status_code == 202
    own = a_run("whatever", name="my own")
    assert (await client.post("/runs", json=own, headers=with_key(my_key))).status_code == 202
    feedback = {"id": str(uuid4()), "run_id": other["id"], "key": "k", "comment": SECRET}
    assert (await client.post("/feedback", json=feedback, headers=headers)).status_code == 200
    return my_key, their_key, theirs, other, feedback["id"], own


def whole(path):
    """Everything that is stored, except for when keys were used."""
    with sqlite3.connect(path) as connection:
        found = {
            table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
            for table in ("runs", "projects", "feedback", "attachments", "shares")
        }
    connection.close()
    return found


def test_a_projects_key_reaches_no_other_project(
    settings, serving, every_route, address, a_run, tmp_path, monkeypatch
):
    """Whatever route it asks, one project's key reads and changes nothing of another's."""
    for name in ("_EVERY_SECONDS", "_LONGEST_SECONDS"):  # streams end after a look
        monkeypatch.setattr(f"agent_spy.stopping.{name}", 0.01)

    async def run():
        async with serving(settings(require_auth=True, api_keys=[MASTER])) as client:
            my_key, their_key, theirs, other, feedback, _ = await prepared(client, a_run)
            before = whole(tmp_path / "spy.db")
            bodies = [
                {},
                {"session": [str(theirs)], "filter": f'search("{SECRET}")'},
                {"id": [other["id"]], "ids": [other["id"]], "trace": other["id"]},
                {
                    "project_ids": [str(theirs)],
                    "project_id": str(theirs),
                    "trace_ids": [other["id"]],
                },
                {"min_start_time": "2020-01-01T00:00:00Z", "trace_id": other["id"]},
                {"name": "theirs"},
                {"id": feedback, "run_id": other["id"], "key": "k", "score": 1},
            ]
            query = {
                "project_id": str(theirs), "session_id": str(theirs), "run": other["id"],
                "project": "theirs", "name": "theirs", "session": str(theirs),
                "until": "9999999999", "signature": "0", "upsert": "true", "include_stats": "true",
            }  # fmt: skip
            asked = 0
            for method, path in sorted(set(every_route(client.app))):
                values = [other["id"], theirs, feedback, SECRET] if "{" in path else [""]
                for value in values:
                    for body in bodies if method in {"POST", "PATCH", "PUT"} else [None]:
                        answer = await client.request(
                            method,
                            address(path, value),
                            json=body,
                            params=query,
                            headers=with_key(my_key),
                        )
                        asked += 1
                        assert answer.status_code < 500, (method, path, answer.text)
                        assert SECRET not in answer.text.replace(str(value), ""), (method, path)
            assert asked > 300
            after = whole(tmp_path / "spy.db")
            for table, rows in before.items():
                lost = set(rows) - set(after[table])
                assert not lost, (table, lost)
            headers = with_key(their_key)
            found = await client.get(f"/runs/{other['id']}", headers=headers)
            assert found.json()["name"] == SECRET
            assert (await client.get("/sessions", headers=headers)).json()[0]["id"] == str(theirs)

    asyncio.run(run())


def test_a_projects_key_writes_into_no_other_project(settings, serving, a_run):
    """Runs of others, and runs below theirs, are refused one by one; the rest is stored."""

    async def run():
        async with serving(settings(require_auth=True, api_keys=[MASTER])) as client:
            my_key, _, _, other, _, own = await prepared(client, a_run)
            taken = {"id": other["id"], "outputs": {"taken": 1}, "session_name": "mine"}
            below = a_run("mine", trace_id=other["id"], parent_run_id=other["id"])
            fine = a_run("mine")
            answer = await client.post(
                "/runs/batch",
                json={"post": [below, fine], "patch": [taken]},
                headers=with_key(my_key),
            )
            assert answer.status_code == 202
            refused = {error["id"] for error in answer.json()["errors"]}
            assert refused == {below["id"], other["id"]}
            assert answer.json()["created_count"] == 1
            everything = with_key(MASTER)
            kept = (await client.get(f"/runs/{other['id']}", headers=everything)).json()
            assert kept["outputs"] == other["outputs"]
            assert (await client.get(f"/runs/{below['id']}", headers=everything)).status_code == 404
            mine = (await client.get(f"/runs/{own['id']}", headers=with_key(my_key))).json()
            projects = (await client.get("/sessions", headers=with_key(my_key))).json()
            assert [project["name"] for project in projects] == ["mine"]
            assert mine["session_id"] == projects[0]["id"]
            new = await client.post("/sessions", json={"name": "new"}, headers=with_key(my_key))
            assert new.status_code == 403

    asyncio.run(run())


def test_shares_and_files_open_without_a_key_what_they_were_made_for(settings, serving, a_run):
    """A share's token lets in; a wrong one is a missing key."""

    async def run():
        async with serving(settings(require_auth=True, api_keys=[MASTER])) as client:
            run = a_run()
            await client.post("/runs", json=run, headers=with_key(MASTER))
            made = await client.put(f"/runs/{run['id']}/share", json={}, headers=with_key(MASTER))
            token = made.json()["share_token"]
            assert (await client.get(f"/public/{token}/run")).json()["id"] == run["id"]
            assert (await client.get(f"/api/v1/public/{token}/run")).status_code == 200
            assert (await client.get(f"/public/{uuid4()}/run")).status_code == 401

    asyncio.run(run())


def test_keys_expire_rotate_and_are_revoked(settings, serving, monkeypatch):
    """A key opens until it expires, is rotated away or revoked; other servers see it too."""
    monkeypatch.setattr("agent_spy.services.keys._REMEMBERED_SECONDS", 0)

    async def run():
        async with serving(settings(require_auth=True)) as client:
            keys = client.app.state.keys
            elsewhere = Keys(client.app.state.database)

            async def status(key):
                return (await client.get("/info", headers=with_key(key))).status_code

            first = await keys.make("first")
            assert await status(first) == 200
            (row,) = await keys.all()
            assert row.last_used_at
            kept = await elsewhere.rotate(row.id, grace_hours=1)
            assert [await status(first), await status(kept)] == [200, 200]
            second = await elsewhere.rotate(row.id)
            assert [await status(first), await status(second)] == [401, 200]
            last = (await keys.all())[-1]
            await elsewhere.revoke(last.id)
            assert await status(second) == 401
            assert await status(await keys.make("old", days=-1)) == 401

    asyncio.run(run())


@pytest.fixture
def command(tmp_path):
    def run(*words):
        environment = os.environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'spy.db'}"}
        return subprocess.run(
            [sys.executable, "-c", "from agent_spy.cli import main; main()", *words],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_keys_are_made_by_command_and_stored_as_digests(command, settings, serving, tmp_path):
    """`agent-spy keys` makes, lists, rotates and revokes; no file holds a key itself."""
    made = command("keys", "create", "ci", "--project", "mine", "--days", "3")
    key = made.stdout.strip()
    assert key.startswith("spy_")
    assert len(key) > 40
    listed = command("keys", "list").stdout
    assert "ci  mine  expires" in listed
    assert key not in listed
    identity = listed.split()[0]

    async def status(key):
        async with serving(settings(require_auth=True)) as client:
            return (await client.get("/info", headers=with_key(key))).status_code

    assert asyncio.run(status(key)) == 200
    fresh = command("keys", "rotate", identity).stdout.strip()
    assert [asyncio.run(status(key)), asyncio.run(status(fresh))] == [401, 200]
    for file in tmp_path.iterdir():
        for secret in (key, fresh):
            assert secret.encode() not in file.read_bytes()
            assert secret.removeprefix("spy_").encode() not in file.read_bytes()
    assert command("keys", "revoke", identity).returncode == 0
    assert "Key not found" in command("keys", "revoke", identity).stderr


def test_keys_never_stand_in_logs(settings, serving, capfd):
    """Neither right nor wrong keys are logged, at any level, wherever they came."""

    async def run():
        found = settings(require_auth=True, api_keys=[MASTER], log_level="DEBUG")
        async with serving(found) as client:
            key = await client.app.state.keys.make("some")
            for headers in (
                with_key(MASTER),
                with_key(key),
                with_key("wrong-" + MASTER),
                {"authorization": f"Bearer {MASTER}"},
            ):
                await client.get("/info", headers=headers)
                await client.post("/runs", content=b"{", headers=headers)
            return key, repr(found)

    key, shown = asyncio.run(run())
    logged = "".join(capfd.readouterr())
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert sum(line["event"] == "request" for line in lines) == 8
    for secret in (MASTER, key):
        assert secret not in logged
        assert secret not in shown
