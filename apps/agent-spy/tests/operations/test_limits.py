"""Bodies that are too large, too slow, broken or too many: refused, and memory stays bounded."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import zstandard

from agent_spy.bodies import Budget, Held
from agent_spy.storage.writer import UnavailableError
from agent_spy.wire.multipart import gather

MEGABYTE = 1024 * 1024
JSON = {"Content-Type": "application/json"}
ZSTD = JSON | {"Content-Encoding": "zstd"}


def zstd_bomb(size):
    out = io.BytesIO()
    zeros = bytes(MEGABYTE)
    with zstandard.ZstdCompressor(level=1).stream_writer(out, closefd=False) as stream:
        for _ in range(size // MEGABYTE):
            stream.write(zeros)
    return out.getvalue()


def gzip_bomb(size):
    out = io.BytesIO()
    zeros = bytes(MEGABYTE)
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as stream:
        for _ in range(size // MEGABYTE):
            stream.write(zeros)
    return out.getvalue()


def test_bombs_are_refused_in_bounded_memory(server):
    """Zstd bombs of 1 GB, at once, are 413; they take less memory than the budget."""
    bombs = [(zstd_bomb(1024 * MEGABYTE), "zstd")] * 8 + [(gzip_bomb(200 * MEGABYTE), "gzip")] * 4
    with server() as spy:
        before = spy.megabytes()

        def send(bomb):
            body, encoding = bomb
            headers = JSON | {"Content-Encoding": encoding}
            return spy.request("POST", "/runs/batch", body, headers)[0]

        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(send, bombs)) == {413}
        assert spy.peak_megabytes() - before < 90  # the budget, and what the allocator keeps
        assert spy.request("GET", "/health")[0] == 200


def test_long_names_do_not_stay_in_memory(server):
    """200 runs whose names have a megabyte each are looked at; none of them is kept."""
    with server() as spy:
        for turn in range(20):
            names = {str(uuid4()): f"{turn} {n} ".ljust(MEGABYTE, "x") for n in range(10)}
            posts = [{"id": one, "name": name} for one, name in names.items()]
            body = json.dumps({"post": posts}).encode()
            assert spy.request("POST", "/runs/batch", body, JSON)[0] == 202
            for one, name in names.items():
                tree = spy.request("GET", f"/dashboard/runs/{one}/hierarchy")[2]
                assert json.loads(tree)["hierarchy"]["name"] == name
            if turn == 9:
                before = spy.megabytes()
        assert spy.megabytes() - before < 50


def read_answer(connection):
    connection.settimeout(30)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(4096)
        if not piece:
            break
        answer += piece
    return answer


@pytest.mark.parametrize("path", ["/runs/batch", "/runs/multipart", "/runs/query"])
def test_an_endless_body_is_refused_and_the_connection_closed(server, path):
    """A chunked body without an end is 413, in bounded memory, and the connection ends."""
    with server(MAX_TRACE_SIZE_MB="2") as spy:
        before = spy.megabytes()
        with socket.create_connection(("127.0.0.1", spy.port)) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: spy\r\nContent-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n".encode()
            )
            chunk = b"%x\r\n%b\r\n" % (65536, b"[" * 65536)
            sent = 0

            def send():
                nonlocal sent
                try:
                    while sent < 200 * MEGABYTE:
                        connection.sendall(chunk)
                        sent += 65536
                except OSError:
                    return

            sender = threading.Thread(target=send)
            sender.start()
            answer = read_answer(connection)
            sender.join(30)
            assert not sender.is_alive()
        assert answer.startswith(b"HTTP/1.1 413 "), answer[:200]
        assert b"connection: close" in answer.lower()
        assert sent < 50 * MEGABYTE
        assert spy.peak_megabytes() - before < 30


@pytest.mark.parametrize("path", ["/runs/batch", "/runs/query", "/nothing"])
def test_slow_bodies_are_given_up(server, path):
    """A body that does not arrive in time is 408 (404 where nothing is), then closed."""
    with server(REQUEST_TIMEOUT="1") as spy:
        with socket.create_connection(("127.0.0.1", spy.port)) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: spy\r\nContent-Type: application/json\r\n"
                'Content-Length: 1000\r\n\r\n{"post"'.encode()
            )
            start = time.monotonic()
            answer = read_answer(connection)
            assert connection.recv(10) == b"" or b"connection: close" in answer.lower()
        status = 404 if path == "/nothing" else 408
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
        assert time.monotonic() - start < 25  # of 30 s, did the setting not count


def test_broken_bodies_say_what_is_wrong(settings, serving):
    """What is not of its encoding, breaks off, or has an unknown encoding is 400."""
    good = zstandard.compress(b'{"post": []}')

    async def run():
        async with serving(settings()) as client:
            for body, encoding in (
                (b"no zstd", "zstd"),
                (good[:-3], "zstd"),
                (gzip.compress(b"{}")[:-2], "gzip"),
                (b"{}", "br"),
            ):
                headers = JSON | {"content-encoding": encoding}
                answer = await client.post("/runs/batch", content=body, headers=headers)
                assert answer.status_code == 400, (encoding, answer.text)
                assert answer.json()["detail"]

    asyncio.run(run())


def test_info_tells_the_bound_that_holds(server):
    """A body of exactly the size that /info tells is taken, plain or compressed; one more not."""
    with server(MAX_TRACE_SIZE_MB="1") as spy:
        info = json.loads(spy.request("GET", "/info")[2])
        bound = info["batch_ingest_config"]["size_limit_bytes"]
        assert bound == MEGABYTE
        head = json.dumps({"id": str(uuid4()), "name": "large", "inputs": {"text": ""}})

        def body(size):
            return head.replace('""', '"' + "x" * (size - len(head)) + '"').encode()

        assert len(body(bound)) == bound
        for encode, headers in ((bytes, JSON), (zstandard.compress, ZSTD)):
            assert spy.request("POST", "/runs", encode(body(bound)), headers)[0] == 202
            assert spy.request("POST", "/runs", encode(body(bound + 1)), headers)[0] == 413


def test_many_large_bodies_at_once_stay_within_the_budget(server):
    """128 bodies of 8 MB all arrive, and take far less memory than they hold together."""
    with server(MAX_BODIES_MB="24") as spy:
        before = spy.megabytes()
        # What cannot be compressed is sent as it is.
        filler = os.urandom(4 * MEGABYTE).hex()

        def send(_):
            identity = str(uuid4())
            run = {"id": identity, "name": "large", "inputs": {"text": filler}}
            body = zstandard.compress(json.dumps(run).encode())
            while True:
                status, headers, _ = spy.request("POST", "/runs", body, ZSTD)
                if status != 503:
                    return status
                time.sleep(int(headers["Retry-After"]))

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(send, range(128))) == {202}
        taken = spy.peak_megabytes() - before
        assert taken < 480, taken


def test_bodies_that_wait_for_each_other_go_on():
    """With the budget spent by halves of bodies, one after another is completed."""

    async def body(budget, done):
        held = Held(budget)
        for _ in range(10):
            await held.grow(10)
            await asyncio.sleep(0)
        done.append(held)
        await held.release()

    async def run():
        budget, done = Budget(150), []
        async with asyncio.timeout(5):
            await asyncio.gather(*(body(budget, done) for _ in range(20)))
        assert len(done) == 20
        assert budget._used == 0

    asyncio.run(run())


def test_no_room_for_long_is_unavailable(monkeypatch):
    """A body that finds no room in time is told to come again."""
    monkeypatch.setattr("agent_spy.bodies._PATIENCE_SECONDS", 0.01)

    async def run():
        budget = Budget(10)
        full, beyond, late = Held(budget), Held(budget), Held(budget)
        await full.grow(10)
        await beyond.grow(1)
        with pytest.raises(UnavailableError):
            await late.grow(1)
        await beyond.release()
        await late.grow(1)

    asyncio.run(run())


def test_a_body_of_countless_parts_is_refused():
    """Parts of no bytes would take a hundred times their size in memory."""
    with pytest.raises(ValueError, match="parts"):
        gather("multipart/form-data; boundary=b", b"--b\r\n" * 200_000)
