"""Endpoints are sampled in turn; failures, streams and closed connections are told apart."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from agentpack.timing.curl import Session
from agentpack.timing.floor import floor
from agentpack.timing.measure import FAILURES, Measured, Meter
from agentpack.timing.request import Request
from agentpack.timing.requests import to_curl
from agentpack.timing.requests.check import check
from agentpack.timing.result import Endpoint
from agentpack.timing.verdict import endpoint


@pytest.fixture
def meter() -> Iterator[Meter]:
    with Session() as session, floor() as bare:
        yield Meter(session, bare, check=check, timeout_s=60)


def judged(one: Measured, budget_s: float = 2.0) -> Endpoint:
    return endpoint(one.request, one.cold, one.samples, budget_s=budget_s, curl=to_curl)


def test_endpoints_take_turns_in_changing_order(serve, say, meter) -> None:
    """In each pass all are asked once, and not always in the same order."""
    seen: list[str] = []
    url = serve(lambda handler: (seen.append(handler.path), say(handler))[1])
    measured = meter.cold(Request("GET", f"{url}/{name}") for name in "abc")
    meter.sample(measured, 1)
    del seen[:]
    meter.sample(measured, 20)
    passes = [tuple(seen[place : place + 3]) for place in range(0, 60, 3)]
    assert len(seen) == 60
    assert all(set(one) == {"/a", "/b", "/c"} for one in passes)
    assert len(set(passes)) > 2
    assert [len(one.samples) for one in measured] == [21, 21, 21]
    assert len(meter.floor_s) == 63
    assert not any(sample.cold for one in measured for sample in one.samples)


def test_an_endpoint_that_fails_is_left_alone(serve, say, meter) -> None:
    """After three failures it is not asked again, and the others are."""
    url = serve(lambda handler: say(handler, b"", 200 if handler.path == "/good" else 503))
    bad, good = measured = meter.cold(Request("GET", f"{url}/{name}") for name in ("bad", "good"))
    meter.sample(measured, 10)
    assert len(bad.samples) == FAILURES - 1
    assert len(good.samples) == 10
    assert bad.level() is None
    assert (judged(bad).verdict, judged(bad).reason) == ("failed", "status 503, not a 2xx")
    assert judged(bad).status == 503
    assert judged(good).verdict == "ok"


def test_one_failure_among_many_is_counted(serve, say, meter) -> None:
    """The reason says how many of how many, and the times are those of the good ones."""
    count = 0

    def answer(handler) -> None:
        nonlocal count
        count += 1
        if count != 5:
            time.sleep(0.05)
        say(handler, b"", 500 if count == 5 else 200)

    measured = meter.cold([Request("GET", serve(answer))])
    meter.sample(measured, 10)
    found = judged(measured[0])
    assert found.verdict == "failed"
    assert found.reason == "1 of 11: status 500, not a 2xx"
    assert found.total.min >= 0.05


def test_a_median_over_its_budget(serve, say, meter) -> None:
    """Half of the samples above it, and it is over; the cold one does not count."""
    count = 0

    def answer(handler) -> None:
        nonlocal count
        count += 1
        time.sleep(1.5 if count == 1 else 0.02)
        say(handler)

    measured = meter.cold([Request("GET", serve(answer))])
    meter.sample(measured, 5)
    assert judged(measured[0], 1.2).verdict == "ok"
    over = judged(measured[0], 0.01)
    assert over.verdict == "over"
    assert "the budget 0.01 s" in over.reason
    assert over.cold is not None
    assert over.cold.total_s >= 1.5 > over.total.median


def test_a_server_that_closes_each_connection(serve, say, meter) -> None:
    """Its samples are taken as they come, one request each, and it is known that none is warm."""
    count = 0

    def answer(handler) -> None:
        nonlocal count
        count += 1
        say(handler, Connection="close")
        handler.close_connection = True

    [one] = meter.cold([Request("GET", serve(answer))])
    meter.sample([one], 5)
    assert one.closes
    assert all(sample.cold and sample.error is None for sample in one.samples)
    assert count == 7


def test_pieces_of_an_event_stream_have_their_times(serve, meter) -> None:
    """A stream of events is seen as one by its first answer, and its pieces are timed."""

    def stream(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(3):
            handler.wfile.write(b"9\r\ndata: x\n\n\r\n")
            time.sleep(0.05)
        handler.wfile.write(b"0\r\n\r\n")

    [one] = meter.cold([Request("GET", serve(stream))])
    meter.sample([one], 3)
    assert [len(sample.chunks_s) for sample in one.samples] == [3, 3, 3]


def test_an_endpoint_that_has_used_up_its_time_gets_a_few_samples(serve, say, meter) -> None:
    """Patience bounds what a slow one costs, and leaves enough to speak of a median."""
    url = serve(lambda handler: (time.sleep(0.03), say(handler))[1])
    [one] = meter.cold([Request("GET", url)])
    meter.sample([one], 50, patience_s=0.01)
    assert len(one.samples) == 5


def test_a_body_is_checked_once_and_again_when_it_changes(serve, say, meter) -> None:
    """An answer that was right is not looked at twice; another one is."""
    bodies = iter([b"a", b"a", b"a", b"b", b"a"])
    looked = []

    def look(request, status, headers, body) -> str | None:
        looked.append(body)
        return "bad" if body == b"b" else None

    meter._check = look
    [one] = meter.cold([Request("GET", serve(lambda handler: say(handler, next(bodies))))])
    one.closes = True
    meter.sample([one], 4)
    assert [sample.error for sample in one.samples] == [None, None, "bad", None]
    assert looked == [b"a", b"b"]
