"""What Prometheus is told."""

from __future__ import annotations

import asyncio

from prometheus_client.parser import text_string_to_metric_families


def told(text):
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_count_what_happened(settings, serving, a_run):
    """Requests by route and status, committed runs, the queue, and the process are told."""

    async def run():
        async with serving(settings()) as client:
            await client.post("/runs/batch", json={"post": [a_run(), a_run()], "patch": [{}]})
            for _ in range(3):
                await client.get(f"/nowhere/{_}")
            await client.get("/api/v1/runs/7d444840-9dc0-11d1-b245-5ffdce74fad2")
            found = told((await client.get("/metrics")).text)
            assert found["agent_spy_run_messages_total",] == 2
            assert found["agent_spy_writer_queue",] == 0
            assert found["process_resident_memory_bytes",] > 10_000_000
            assert found["process_cpu_seconds_total",] > 0
            name = "agent_spy_request_seconds_count"
            requests = {key[1:]: value for key, value in found.items() if key[0] == name}
            assert sum(requests.values()) == 5
            assert sum(value for key, value in requests.items() if "404" in key) == 4
            assert not any("nowhere" in part for key in requests for part in key)
            assert any(part.endswith("/runs/batch") for key in requests for part in key)

    asyncio.run(run())


def test_metrics_are_for_keys_that_open_everything(settings, serving):
    """Neither without a key nor with one project's key are metrics told."""

    async def run():
        async with serving(settings(require_auth=True, api_keys=["master"])) as client:
            ids = await client.app.state.projects.ids(["mine"])
            key = await client.app.state.keys.make("me", ids["mine"])
            statuses = [
                (await client.get("/metrics", headers=headers)).status_code
                for headers in ({}, {"x-api-key": key}, {"x-api-key": "master"})
            ]
            assert statuses == [401, 403, 200]

    asyncio.run(run())
