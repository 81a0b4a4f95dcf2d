"""Deleting: runs, traces, and what is too old; with all that belongs to them."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from uuid import uuid4

from agent_spy.models.base import now
from agent_spy.services import deletion as module

DAY = 86_400_000_000


def counts(path):
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "feedback", "attachments", "shares")
        }


def tree(a_run, start="2026-11-01T10:00:00Z"):
    """A root with two children, one of them with a child of its own."""
    root = a_run(start_time=start)
    more = {"trace_id": root["id"], "start_time": start}
    left = a_run(parent_run_id=root["id"], **more)
    right = a_run(parent_run_id=root["id"], **more)
    return root, left, right, a_run(parent_run_id=left["id"], **more)


async def store(client, *runs):
    answer = await client.post("/runs/batch", json={"post": list(runs)})
    assert answer.json()["errors"] == []
    for run in runs:
        feedback = {"id": str(uuid4()), "run_id": run["id"], "key": "k", "score": 1}
        assert (await client.post("/feedback", json=feedback)).status_code == 200
        await client.put(f"/runs/{run['id']}/share", json={})
        part = (
            f'--b\r\nContent-Disposition: form-data; name="attachment.{run["id"]}.f"\r\n\r\nx\r\n'
        )
        headers = {"content-type": "multipart/form-data; boundary=b"}
        sent = await client.post("/runs/multipart", content=part + "--b--\r\n", headers=headers)
        assert sent.status_code == 202


def test_a_run_goes_with_all_below_it(settings, serving, a_run, tmp_path):
    """DELETE of a run takes its descendants, their files, feedback and shares; no other."""

    async def run():
        async with serving(settings()) as client:
            root, left, right, leaf = tree(a_run)
            await store(client, root, left, right, leaf)
            answer = await client.delete(f"/api/v1/runs/{left['id']}")
            assert answer.json() == {"deleted": 2}
            assert set(counts(tmp_path / "spy.db").values()) == {2}
            assert (await client.get(f"/runs/{leaf['id']}")).status_code == 404
            assert (await client.get(f"/runs/{right['id']}")).status_code == 200
            assert (await client.delete(f"/runs/{left['id']}")).status_code == 404
            assert (await client.delete(f"/runs/{root['id']}")).json() == {"deleted": 2}
            assert set(counts(tmp_path / "spy.db").values()) == {0}

    asyncio.run(run())


def test_a_trace_goes_whole(settings, serving, a_run, tmp_path):
    """DELETE of a trace takes every run of it, also those whose parent is missing."""

    async def run():
        async with serving(settings()) as client:
            root, *rest = tree(a_run)
            lost = a_run(trace_id=root["id"], parent_run_id=str(uuid4()))
            other = a_run()
            await store(client, root, *rest, lost, other)
            assert (await client.delete(f"/traces/{rest[0]['id']}")).status_code == 404
            answer = await client.delete(f"/api/v1/traces/{root['id']}")
            assert answer.json() == {"deleted": 5}
            assert set(counts(tmp_path / "spy.db").values()) == {1}
            assert (await client.get(f"/runs/{other['id']}")).status_code == 200

    asyncio.run(run())


def test_what_is_too_old_goes_and_the_rest_stays(settings, serving, a_run, tmp_path):
    """Old traces go whole, with what began later in them; so do old runs without a root."""

    async def run():
        async with serving(settings()) as client:
            old, young = "2020-01-01T00:00:00Z", "2026-11-20T00:00:00Z"
            gone = [*tree(a_run, old)]
            gone.append(
                a_run(trace_id=gone[0]["id"], parent_run_id=gone[0]["id"], start_time=young)
            )
            gone.append(a_run(trace_id=str(uuid4()), parent_run_id=str(uuid4()), start_time=old))
            kept = [*tree(a_run, young)]
            kept.append(a_run(trace_id=kept[0]["id"], parent_run_id=kept[0]["id"], start_time=old))
            await store(client, *gone, *kept)
            await client.patch(f"/runs/{uuid4()}", json={"outputs": {"of": "no known time"}})
            deletion = client.app.state.deletion
            assert await deletion.older_than(now() - 365 * DAY) == len(gone)
            assert await deletion.older_than(now() - 365 * DAY) == 0
            for found, status in ((gone, 404), (kept, 200)):
                for one in found:
                    assert (await client.get(f"/runs/{one['id']}")).status_code == status
            assert counts(tmp_path / "spy.db")["feedback"] == len(kept)

    asyncio.run(run())


def test_retention_days_are_kept_by_the_server_itself(settings, serving, a_run):
    """With RETENTION_DAYS set a server deletes by itself, and stops at once when told to."""

    async def run():
        async with serving(settings()) as client:
            old = a_run(start_time="2020-01-01T00:00:00Z")
            await client.post("/runs", json=old)
        async with serving(settings(retention_days=30)) as client:
            for _ in range(500):
                if (await client.get(f"/runs/{old['id']}")).status_code == 404:
                    return
                await asyncio.sleep(0.02)
            raise AssertionError("it is still there")

    asyncio.run(run())


def test_retention_goes_on_after_a_round_that_failed(settings, serving, a_run, monkeypatch):
    """Whatever broke it off, the next round deletes what is left."""
    rounds = []

    def delete(*args, **more):
        rounds.append(None)
        if len(rounds) == 1:
            raise RuntimeError("for once")
        return whole(*args, **more)

    whole = module._delete
    monkeypatch.setattr(module, "_delete", delete)
    monkeypatch.setattr(module, "_ROUND_SECONDS", 0.05)

    async def run():
        async with serving(settings()) as client:
            old = a_run(start_time="2020-01-01T00:00:00Z")
            await client.post("/runs", json=old)
        async with serving(settings(retention_days=30)) as client:
            for _ in range(500):
                if (await client.get(f"/runs/{old['id']}")).status_code == 404:
                    break
                await asyncio.sleep(0.02)
            else:
                raise AssertionError("it is still there")
        assert len(rounds) == 2

    asyncio.run(run())
