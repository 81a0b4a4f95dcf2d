"""Servers that are not ours: what their times alone suggest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agentpack.timing.app import App
from agentpack.timing.request import Request
from agentpack.timing.sample import Sample
from agentpack.timing.server import serving
from agentpack.timing.why.probe import Probed, probe, suspected

APP = """
import asyncio, time
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()
lock = asyncio.Lock()


@app.get("/blocking")
async def blocking() -> None:
    time.sleep(0.2)


@app.get("/locked")
async def locked() -> None:
    async with lock:
        await asyncio.sleep(0.15)


@app.get("/waiting")
async def waiting() -> None:
    await asyncio.sleep(0.2)


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def pieces():
        for n in range(4):
            yield f"{n}"
            await asyncio.sleep(0.08)

    return StreamingResponse(pieces())


@app.get("/fast")
async def fast() -> None:
    return None
"""


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("app")
    Path(folder, "probed.py").write_text(APP)
    with serving(App("probed:app", None, folder, python=(sys.executable,))) as server:
        yield server.base_url


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/blocking", ["event-loop-blocked"]),
        ("/locked", ["lock-wait"]),
        ("/stream", ["slow-stream"]),
        ("/waiting", []),
        ("/fast", []),
    ],
)
def test_concurrent_requests_tell_what_times_alone_cannot(base_url: str, path: str, kinds):
    """A stuck loop delays other paths, a lock the same path, a wait within the budget nobody."""
    request = Request("GET", base_url + path)
    causes = probe([request], {}, budget_s=2.0)[request]
    assert [cause.kind for cause in causes] == kinds
    assert all(cause.file is None for cause in causes)


def test_over_the_budget_the_server_is_named(base_url: str):
    """A slow first byte without a pattern is said to be the server's, and how to learn more."""
    request = Request("GET", base_url + "/waiting")
    (cause,) = probe([request], {}, budget_s=0.05)[request]
    assert cause.kind == "unknown"
    assert "--app" in cause.mend


def test_a_request_that_may_change_data_is_not_sent_at_once(base_url: str):
    """An unsafe method is sent in turn only, so nothing is said of concurrency."""
    request = Request("POST", base_url + "/blocking")
    assert probe([request], {}, budget_s=2.0)[request] == ()


def test_a_large_body_is_a_transfer():
    """Size and the time after the first byte make a transfer."""
    sample = Sample(200, 0, 0, 0, 0, 0.1, 1.0, size=50_000_000, cold=False)
    assert [cause.kind for cause in suspected(Probed((sample,)), 2.0)] == ["large-transfer"]
    assert suspected(Probed(()), 2.0) == ()
