"""Several processes of one database: connections are spread, and none disturbs another's burst."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

JSON = {"Content-Type": "application/json"}
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux spreads connections")
BURST_SECONDS = 7.0
"""Another server looks after five seconds, and gathers for one."""


def workers_of(spy):
    """The processes that serve, by their ids."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if lines["PPid"] == str(spy.process.pid) and b"spawn_main" in command:
            found.append(int(status.parent.name))
    return found


def connections_of(process, port):
    """How many connections to `port` a process has taken."""
    table = Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in table]
    # Local address, state 01 (established), inode.
    inodes = {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01"}
    taken = 0
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        taken += target.removeprefix("socket:[").removesuffix("]") in inodes
    return taken


def opened(port, count):
    """Connections that are opened at once, each answered once."""
    made = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(count)]
    for one in made:
        one.connect()
    for one in made:
        one.request("GET", "/info")
        answer = one.getresponse()
        answer.read()
        assert answer.status == 200
    return made


@LINUX
def test_connections_are_spread_over_the_processes(server, postgres):
    """Of sixty that are opened at once each of two processes has some, and all are answered."""
    spy = server(postgres(), workers=2).start()
    made = opened(spy.port, 60)
    counts = [connections_of(process, spy.port) for process in workers_of(spy)]
    assert len(counts) == 2
    assert sum(counts) == 60
    assert min(counts) >= 10
    for one in made:
        one.close()
    assert spy.stop() == 0


def replaced(spy, gone):
    """Wait until two processes serve, none of them in `gone`."""
    end = time.monotonic() + 60
    while len(found := workers_of(spy)) != 2 or gone & set(found):
        assert time.monotonic() < end
        time.sleep(0.1)


@LINUX
def test_a_process_that_dies_is_replaced_and_its_queue_answered(server, postgres):
    """kill -9 of one of two: whoever connects meanwhile is answered, and there are two again."""
    spy = server(postgres(), workers=2).start()
    first = workers_of(spy)
    os.kill(first[0], signal.SIGKILL)
    for one in opened(spy.port, 60):
        one.close()
    replaced(spy, {first[0]})
    assert spy.stop() == 0


@LINUX
def test_no_socket_loses_its_process(server, postgres):
    """The signal for one process less leaves both, and all are answered."""
    spy = server(postgres(), workers=2).start()
    first = workers_of(spy)
    spy.process.send_signal(signal.SIGTTOU)
    time.sleep(2)  # the parent looks for signals twice a second
    for one in opened(spy.port, 60):
        one.close()
    assert workers_of(spy) == first
    assert spy.stop() == 0


@LINUX
def test_processes_are_replaced_one_by_one(server, postgres):
    """SIGHUP to the parent: both are new, and whoever comes then is answered."""
    spy = server(postgres(), workers=2).start()
    first = workers_of(spy)
    spy.process.send_signal(signal.SIGHUP)
    replaced(spy, set(first))
    for one in opened(spy.port, 60):
        one.close()
    assert spy.stop() == 0


def test_a_port_is_not_shared_with_another_server(server, postgres):
    """Processes of one server share a port; a second server is told that it is taken."""
    url = postgres()
    spy = server(url, workers=2).start()
    program = "from agent_spy.cli import main; main()"
    again = [sys.executable, "-c", program, "serve", "--port", str(spy.port), "--workers", "2"]
    done = subprocess.run(
        again, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1, port {spy.port}: " in done.stderr
    assert spy.stop() == 0


def send_for(spy, seconds):
    """Runs that two clients sent one after another for so long."""
    end = time.monotonic() + seconds

    def send():
        sent = 0
        with closing(http.client.HTTPConnection("127.0.0.1", spy.port, timeout=60)) as one:
            while time.monotonic() < end:
                posts = [{"id": str(uuid4()), "name": "n"}]
                one.request("POST", "/runs/batch", json.dumps({"post": posts}), JSON)
                answer = one.getresponse()
                answer.read()
                assert answer.status == 202
                sent += len(posts)
        return sent

    with ThreadPoolExecutor(2) as pool:
        return sum(task.result() for task in [pool.submit(send) for _ in range(2)])


def waiting(url):
    """How many changes of runs nobody has followed yet."""
    query = "SELECT coalesce(sum(length(run_ids)), 0) / 16 FROM changed_runs"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
            return connection.execute(query).fetchone()[0]
    return int(asyncio.run(asked(url, query)))


async def asked(url, query):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_a_burst_is_let_through(server, database_url):
    """Nothing is followed while runs keep coming, by this server or another; then all is."""
    servers = [server(database_url)]
    if database_url.startswith("postgresql"):
        servers.append(server(database_url))
    for spy in servers:
        spy.start()
    sent = send_for(servers[0], BURST_SECONDS)
    assert sent > 100
    assert waiting(database_url) == sent
    end = time.monotonic() + 60
    while waiting(database_url):
        assert time.monotonic() < end
        time.sleep(0.1)
    for spy in servers:
        assert spy.stop() == 0
