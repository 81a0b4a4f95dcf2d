"""Under load: how many, how often, and how long users would have waited."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from agentpack.timing.app import App
from agentpack.timing.floor import floor
from agentpack.timing.load import closed, opened, waited
from agentpack.timing.request import Request
from agentpack.timing.server import serving
from agentpack.timing.stats import percentile

STALLING = """
import asyncio, time
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/stall":
        time.sleep(0.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""


def test_a_closed_loop_keeps_so_many_under_way(serve, say) -> None:
    """Never more than C at once, often C, and exactly as many in all as were asked for."""
    lock, now, most = threading.Lock(), 0, 0

    def answer(handler) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        say(handler, b"x" * 10)

    found = closed([Request("GET", serve(answer))], concurrency=4, count=40)
    assert most == 4
    assert len(found.samples[0]) == 40
    assert {(one.status, one.size, one.error) for one in found.samples[0]} == {(200, 10, None)}
    assert sum(one.cold for one in found.samples[0]) == 4
    assert found.rate == pytest.approx(40 / found.elapsed_s)


def test_several_requests_take_turns(serve, say) -> None:
    """Each is sent as often as the others, and its samples are its own."""

    def answer(handler) -> None:
        say(handler, handler.path.encode(), 200 if handler.path == "/a" else 500)

    url = serve(answer)
    found = closed([Request("GET", f"{url}/{one}") for one in "abb"], concurrency=2, count=30)
    assert [len(one) for one in found.samples] == [10, 10, 10]
    assert {one.status for one in found.samples[0]} == {200}
    assert {one.status for one in found.samples[1]} == {500}


def test_a_duration_ends_it(serve, say) -> None:
    """No request begins when the time is over, and those under way are answered."""
    start = time.monotonic()
    found = closed([Request("GET", serve(say))], concurrency=2, duration_s=0.5)
    assert time.monotonic() - start > 0.4
    assert all(one.status == 200 for one in found.samples[0])


def test_failures_are_samples_too(serve) -> None:
    """A dead port and a silence are counted, with their reasons."""
    url = serve(lambda _: time.sleep(1))
    found = closed([Request("GET", url)], concurrency=2, count=2, timeout_s=0.2)
    assert [one.error for one in found.samples[0]] == ["no end within 0.2 s"] * 2
    found = closed([Request("GET", "http://127.0.0.1:1/")], concurrency=2, count=6)
    assert len(found.samples[0]) == 6
    assert all(one.error and one.status == 0 for one in found.samples[0])


def test_an_open_loop_sends_at_its_rate() -> None:
    """As many as were asked for, and none before its moment."""
    with floor() as bare:
        found = opened([bare.nothing], rate=200, count=200)
    assert len(found.samples[0]) == 200
    assert found.elapsed_s > 0.9
    assert all(one.error is None for one in found.samples[0])


def test_an_open_loop_counts_the_wait_behind_a_stall(make) -> None:
    """While the server stands still, those who were meant to be served meanwhile wait too."""
    root = make({"main.py": STALLING})
    with serving(App("main:app", None, root, python=(sys.executable,))) as server:
        stall = Request("GET", f"{server.base_url}/stall")
        quick = Request("GET", server.base_url)
        # One in a hundred stalls for half a second, at a hundred a second: half of all wait.
        found = opened([stall, *[quick] * 99], rate=100, count=300)
    totals = [one.total_s for every in found.samples for one in waited(every)]
    # Waits run evenly from nothing to half a second; on a busy machine they are longer still.
    assert percentile(totals, 95) > 0.39
    assert sum(total > 0.1 for total in totals) > 95


def test_the_bare_socket_costs_next_to_nothing() -> None:
    """Its empty answer takes less time than its fixed work, and both are answered."""
    with floor() as bare:
        nothing = closed([bare.nothing], concurrency=1, count=50).samples[0]
        works = closed(bare.work, concurrency=1, count=100).samples
    assert {one.status for every in (nothing, *works) for one in every} == {200}
    for work in works:
        assert min(one.total_s for one in nothing) < min(one.total_s for one in work)
