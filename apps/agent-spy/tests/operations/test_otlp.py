"""OTLP in the hands of an operator: faults that pass, keys, and what is deleted."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from agent_spy.storage.writer import UnavailableError
from agent_spy.wire.otlp.run import run_id

PROTOBUF = {"content-type": "application/x-protobuf"}
MASTER = "master-key-of-the-settings"
START = 1_793_527_200_000_000_000
"""That of `a_run`, in nanoseconds."""


def a_span(trace_id=None, *, parent=b"", scope="langsmith", **attributes):
    """The body with one span, and the id that its run has by itself."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add()
    spans.scope.name = scope
    span = spans.spans.add(
        trace_id=trace_id or uuid4().bytes,
        span_id=uuid4().bytes[:8],
        parent_span_id=parent,
        name="step",
        start_time_unix_nano=START,
        end_time_unix_nano=START + 1_000_000_000,
    )
    for name, value in attributes.items():
        span.attributes.add(key=name.replace("__", ".")).value.string_value = value
    return request.SerializeToString(), str(UUID(bytes=run_id(span.trace_id, span.span_id)))


def test_a_fault_that_passes_is_503_and_the_same_span_is_taken_later(
    settings, serving, monkeypatch
):
    """Exporters come again after 503 with Retry-After; what they repeat is stored once."""

    async def run():
        async with serving(settings()) as client:
            body, identity = a_span()
            writer = client.app.state.database.writer
            for step in ("do", "write"):

                async def fail(*args, step=step):
                    raise UnavailableError(step)

                with monkeypatch.context() as broken:
                    broken.setattr(writer, step, fail)
                    answer = await client.post("/v1/traces", content=body, headers=PROTOBUF)
                    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
                assert (await client.get(f"/runs/{identity}")).status_code == 404
            for _ in range(2):
                answer = await client.post("/v1/traces", content=body, headers=PROTOBUF)
                assert (answer.status_code, answer.content) == (200, b"")
            found = (await client.post("/runs/query", json={})).json()["runs"]
            assert [one["id"] for one in found] == [identity]

    asyncio.run(run())


def test_a_projects_key_sends_spans_into_no_other_project(settings, serving, a_run):
    """Spans go to the key's project; below others' runs, or as them, they are refused."""

    async def run():
        async with serving(settings(require_auth=True, api_keys=[MASTER])) as client:
            everything = {"x-api-key": MASTER}
            other = a_run("other")
            await client.post("/runs", json=other, headers=everything)
            await client.post("/sessions", json={"name": "mine"}, headers=everything)
            (mine,) = await client.app.state.projects.find(name="mine")
            key = await client.app.state.keys.make("k", mine.id)
            headers = PROTOBUF | {"authorization": f"Bearer {key}"}
            refused = (
                a_span(langsmith__span__id=other["id"])[0],
                a_span(langsmith__span__parent_id=other["id"])[0],
                a_span(langsmith__trace__id=other["id"])[0],
            )
            for body in refused:
                answer = await client.post("/v1/traces", content=body, headers=headers)
                told = ExportTraceServiceResponse.FromString(answer.content).partial_success
                assert (answer.status_code, told.rejected_spans) == (200, 1)
                assert "another project" in told.error_message
            body, identity = a_span(langsmith__trace__session_name="other")
            assert (
                await client.post("/v1/traces", content=body, headers=headers)
            ).status_code == 200
            found = (await client.get(f"/runs/{identity}", headers=everything)).json()
            # It looks like the other project's run, and is not its echo.
            assert found["session_id"] == str(mine.id)
            assert (await client.get(f"/runs/{other['id']}", headers=everything)).status_code == 200

    asyncio.run(run())


def test_a_deleted_run_takes_its_echo_along(settings, serving, a_run):
    """What is deleted is gone with all that is known of it; sent again, it is one run again."""

    async def run():
        async with serving(settings()) as client:
            told = a_run("p")
            body, _ = a_span(langsmith__trace__session_name="p")

            async def send():
                await client.post("/v1/traces", content=body, headers=PROTOBUF)
                await client.post("/runs", json=told)
                await client.post("/v1/traces", content=body, headers=PROTOBUF)
                found = (await client.post("/runs/query", json={})).json()["runs"]
                assert [one["id"] for one in found] == [told["id"]]

            await send()
            assert (await client.delete(f"/runs/{told['id']}")).status_code == 200
            await client.post("/v1/traces", content=body, headers=PROTOBUF)
            assert len((await client.post("/runs/query", json={})).json()["runs"]) == 1
            await send()

    asyncio.run(run())


def test_an_echo_that_was_counted_is_counted_no_more(settings, serving, a_run):
    """A span that turns out to be an echo leaves counts and search with its row."""

    async def counted(client):
        for _ in range(3_000):
            found = (await client.get("/dashboard/stats/summary")).json()
            if not found["uncounted_runs"]:
                return found["stats"]["total_runs"]
            await asyncio.sleep(0.02)
        raise AssertionError("it does not end")

    async def run():
        async with serving(settings()) as client:
            told = a_run("p")
            body, _ = a_span(langsmith__trace__session_name="p")
            await client.post("/v1/traces", content=body, headers=PROTOBUF)
            assert await counted(client) == 1
            await client.post("/runs", json=told)
            assert await counted(client) == 1
            found = (await client.get("/dashboard/runs/roots?search=step")).json()["runs"]
            assert [one["id"] for one in found] == [told["id"]]

    asyncio.run(run())
