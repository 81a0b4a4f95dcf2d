"""Counts and search: true of what is stored, whatever was changed or deleted, on both databases."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import text

from agent_spy.commands.doctor import examine
from agent_spy.models.base import now
from agent_spy.repositories import following
from agent_spy.repositories.roots import Roots
from agent_spy.services import follower as module
from agent_spy.wire.words import of_run, words


async def summary(client):
    """The counts, once all is counted."""
    async with asyncio.timeout(60):
        while True:
            found = (await client.get("/api/v1/dashboard/stats/summary")).json()
            if not found["uncounted_runs"]:
                return found
            await asyncio.sleep(0.02)


def scalar(connection, query):
    return connection.scalar(query)


def pairs(connection, query):
    return dict(connection.execute(query).all())


async def found(client, search, **more):
    answer = await client.get("/dashboard/runs/roots", params={"search": search, **more})
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["runs"]]


def test_counts_and_search_follow_every_change(settings, serving, a_run, database_url):
    """What is created, changed and deleted is counted and found as it is now, not as it was."""

    async def run():
        async with serving(settings(database_url=database_url)) as client:
            one = a_run("p", name="AgentPlanner", inputs={"q": "weather in Zürich"}, tags=["prod"])
            child = a_run("p", trace_id=one["id"], parent_run_id=one["id"], run_type="llm")
            other = a_run("q", error="Traceback: KeyError: 'foo_bar'", outputs={"t": "a\\nb東京都"})
            await client.post("/runs/batch", json={"post": [one, child, other]})
            for words_, expected in {
                "planner": one, "agentpl": one, "WEATHER zür": one, "prod": one,
                "zu\u0308rich": one,
                "keyerror foo": other, "京都": other, "東京": other, "weather keyerror": None,
                "eather": None, "%": None, '"': None, "b": other,
            }.items():  # fmt: skip
                wanted = [expected["id"]] if expected else []
                assert await found(client, words_) == wanted, words_
            assert await found(client, "keyerror", project="p") == []
            stats = (await summary(client))["stats"]
            assert (stats["total_runs"], stats["total_traces"]) == (3, 2)
            assert stats["status_distribution"] == {"completed": 2, "failed": 1}
            assert stats["run_type_distribution"] == {"chain": 2, "llm": 1}
            assert stats["project_distribution"] == {"p": 2, "q": 1}
            await client.patch(f"/runs/{one['id']}", json={"name": "Walker", "error": "late"})
            assert await found(client, "walker") == [one["id"]]
            assert await found(client, "planner") == []
            assert (await summary(client))["stats"]["status_distribution"]["failed"] == 2
            await client.delete(f"/runs/{child['id']}")
            await client.delete(f"/traces/{other['id']}")
            stats = (await summary(client))["stats"]
            assert (stats["total_runs"], stats["project_distribution"]) == (1, {"p": 1})
            assert await found(client, "keyerror") == []
            session = (await client.get("/sessions?name=p")).json()[0]["id"]
            await client.delete(f"/sessions/{session}")
            assert (await summary(client))["stats"]["total_runs"] == 0
            assert await found(client, "walker") == []
            read = client.app.state.database.reader.read
            for table in ("followed_runs", "run_counts", "minute_counts", "changed_runs"):
                query = text(f"SELECT count(*) FROM {table}")
                assert await read(partial(scalar, query=query)) == 0, table

    asyncio.run(run())


def test_any_changes_end_in_true_counts(settings, serving, a_run, database_url, monkeypatch):
    """After many changes and deletions, in slices of a few, the counts are those of the runs."""
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    dice = random.Random(7)

    async def run():
        made = settings(database_url=database_url)
        async with serving(made) as client:
            known = []
            for _ in range(40):
                if known and dice.random() < 0.2:
                    await client.delete(f"/runs/{known.pop(dice.randrange(len(known)))}")
                    continue
                if known and dice.random() < 0.5:
                    known += (again := [dice.choice(known)])
                    change = {"error": "x"} if dice.random() < 0.5 else {"run_type": "tool"}
                    body = {"patch": [{"id": one, **change} for one in again]}
                else:
                    runs = [a_run(dice.choice("pq")) for _ in range(dice.randint(1, 5))]
                    known += [one["id"] for one in runs]
                    body = {"post": runs}
                assert (await client.post("/runs/batch", json=body)).status_code == 202
                known = list(dict.fromkeys(known))
            stats = (await summary(client))["stats"]
            read = client.app.state.database.reader.read
            for column, counts in (
                ("status", stats["status_distribution"]),
                ("run_type", stats["run_type_distribution"]),
            ):
                query = text(f"SELECT {column}, count(*) FROM runs GROUP BY {column}")
                assert await read(partial(pairs, query=query)) == counts
            query = text("SELECT sum(runs) FROM minute_counts")
            minutes = await read(partial(scalar, query=query))
            assert minutes == stats["total_runs"] == len(known)
        assert ("ok", f"all {len(known)} runs are counted and indexed") in await examine(made)

    asyncio.run(run())


def test_doctor_finds_counts_that_are_wrong(settings, serving, a_run, database_url):
    """A count that says something else than the runs is a failure."""

    async def run():
        made = settings(database_url=database_url)
        async with serving(made) as client:
            await client.post("/runs", json=a_run())
            await summary(client)
            await client.app.state.database.writer.do(
                lambda connection: (
                    connection.execute(text("UPDATE run_counts SET runs = 5")) and None
                )
            )
        assert ("fail", "of 1 runs 5 are counted, 1 indexed") in await examine(made)

    asyncio.run(run())


def test_the_last_day_is_counted_by_the_minute(settings, serving, a_run):
    """Runs of the last 24 hours are told apart from older ones."""

    async def run():
        async with serving(settings()) as client:
            hour = 3_600_000
            present = now() // 1000
            runs = [a_run(start_time=present - hours * hour) for hours in (0, 1, 23, 25, 48)]
            await client.post("/runs/batch", json={"post": runs})
            assert (await summary(client))["stats"]["recent_runs_24h"] == 3

    asyncio.run(run())


def test_what_is_stored_already_is_followed_after_the_migration(settings, serving, a_run):
    """Runs from before there were counts and an index are counted and found."""

    async def run():
        made = settings()
        async with serving(made) as client:
            one = a_run(name="early bird")
            await client.post("/runs", json=one)
            await summary(client)

            def undo(connection):
                from alembic import command  # noqa: PLC0415
                from alembic.config import Config  # noqa: PLC0415

                config = Config()
                config.set_main_option("script_location", "agent_spy:migrations")
                config.attributes["connection"] = connection
                command.downgrade(config, "0002")

            engine = client.app.state.database.writer._engine
            await client.app.state.database.writer.stop()
            with engine.connect() as connection:
                undo(connection)
        async with serving(made) as client:
            assert (await summary(client))["stats"]["total_runs"] == 1
            assert await found(client, "early") == [one["id"]]

    asyncio.run(run())


def test_pages_lead_on_by_cursor_and_by_offset(settings, serving, a_run, database_url, monkeypatch):
    """Both give every trace once, newest first, with a total that is right or said to be least."""
    monkeypatch.setattr(Roots, "counted", 5)

    async def run():
        async with serving(settings(database_url=database_url)) as client:
            runs = [a_run(name="page", start_time=f"2026-11-01T10:00:{n:02}Z") for n in range(12)]
            runs += [a_run(name="page", error="x", start_time="2026-11-01T09:00:00Z")]
            await client.post("/runs/batch", json={"post": runs})
            expected = [one["id"] for one in (*reversed(runs[:12]), runs[12])]
            await summary(client)

            async def page(**more):
                answer = await client.get("/dashboard/runs/roots", params={"limit": 4, **more})
                return answer.json()

            by_offset = [one["id"] for at in range(0, 13, 4)
                         for one in (await page(offset=at))["runs"]]  # fmt: skip
            by_cursor, cursor = [], ""
            while cursor is not None:
                found = await page(cursor=cursor)
                by_cursor += [one["id"] for one in found["runs"]]
                assert found["has_more"] == (found["next_cursor"] is not None)
                assert (found["total"], found["total_is_exact"]) == (13, True)
                cursor = found["next_cursor"]
            assert by_offset == by_cursor == expected
            for more, total, exact in (
                ({"status": "failed"}, 1, True),
                ({"status": "failed", "offset": 50}, 1, True),
                ({"status": "completed"}, 12, True),
                ({"project": "default", "status": "completed"}, 12, True),
                ({"project": "nobody"}, 0, True),
                ({"search": "page"}, 5, False),
                ({"search": "page", "offset": 8}, 13, False),
                ({"start_time_gte": "2026-11-01T10:00:09Z"}, 3, True),
            ):
                found = await page(**more)
                assert (found["total"], found["total_is_exact"]) == (total, exact), more
            assert (await client.get("/dashboard/runs/roots?cursor=x")).status_code == 400

    asyncio.run(run())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_slice_takes_no_more_than_it_should(count):
    """A commit larger than a slice is followed in several."""
    ids = [uuid4() for _ in range(3)]
    taken, rest = following._cut(b"".join(one.bytes for one in ids), count)
    assert taken == ids[:count]
    assert rest == b"".join(one.bytes for one in ids[count:])


def test_words_are_bounded_and_agree_with_questions():
    """No text makes endless words, and what is asked for is cut as what is stored."""
    assert len(of_run("n", [" ".join(map(str, range(10_000)))], is_root=False).split()) == 4_000
    assert words("x" * 100) == {"x" * 40}
    assert words("snake_case, kebab-case") == {"snake", "case", "kebab"}
    assert (
        of_run(None, ['"\\ud83d\\ude00 caf\\u00e9\\u0000 \\ud800 a\\nb"'], is_root=False)
        == "a b café"
    )
