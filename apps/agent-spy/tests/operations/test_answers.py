"""Answers that are kept: never old, never another key's, and not sent twice."""

from __future__ import annotations

import asyncio

KEY = "master"


def reads(statements):
    """What was read, but for asking what is new."""
    return [statement for statement, _ in statements if "pg_current_snapshot" not in statement]


async def settled(client):
    """Until nothing more is counted: counting changes the database as well."""
    for _ in range(3_000):
        if not (await client.get("/dashboard/stats/summary")).json()["uncounted_runs"]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it does not end")


def test_the_same_is_neither_found_nor_sent_again(
    settings, serving, a_run, database_url, statements
):
    """Asked again nothing is read; with the tag it is a 304 without a body; a change ends it."""

    async def run():
        async with serving(settings(database_url=database_url)) as client:
            one = a_run()
            await client.post("/runs", json=one)
            await settled(client)
            session = (await client.get("/sessions")).json()[0]["id"]
            for path in (
                "/dashboard/runs/roots",
                "/dashboard/stats/summary",
                f"/dashboard/runs/{one['id']}/hierarchy",
                f"/runs/{one['id']}",
                "/sessions",
                f"/sessions/{session}?include_stats=true",
            ):
                first = await client.get(path)
                assert first.headers["cache-control"] == "private, no-cache"
                assert {"x-api-key", "authorization"} <= set(first.headers["vary"].split(", "))
                tag = first.headers["etag"]
                statements.clear()
                again = await client.get(path)
                assert again.content == first.content
                assert not reads(statements) or path == f"/runs/{one['id']}", path
                for offered in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
                    known = await client.get(path, headers={"if-none-match": offered})
                    assert (known.status_code, known.content) == (304, b""), path
                    assert known.headers["etag"] == tag
                other = await client.get(path, headers={"if-none-match": '"other"'})
                assert other.status_code == 200
            statements.clear()
            for _ in range(3):
                assert (await client.post("/runs/stats", json={})).json()["run_count"] == 1
            first_of_three = len(reads(statements))
            await client.post("/runs/stats", json={"is_root": False})
            assert len(reads(statements)) > first_of_three
            await client.patch(f"/runs/{one['id']}", json={"error": "late"})
            roots = (await client.get("/dashboard/runs/roots")).json()
            assert roots["runs"][0]["status"] == "failed"
            assert (await client.get(f"/runs/{one['id']}")).json()["status"] == "error"
            tree = await client.get(f"/dashboard/runs/{one['id']}/hierarchy")
            assert tree.json()["hierarchy"]["status"] == "failed"

    asyncio.run(run())


def test_another_process_writes_and_it_is_seen_at_once(settings, serving, a_run, database_url):
    """Two servers of one database: what one commits, the other shows with its next answer."""

    async def run():
        made = settings(database_url=database_url)
        async with serving(made) as one, serving(made) as other:
            for number in range(1, 6):
                await one.post("/runs", json=a_run(name=f"run {number}"))
                found = (await other.get("/dashboard/runs/roots")).json()
                assert found["total"] == number
                assert found["runs"][0]["name"]

    asyncio.run(run())


def test_no_key_is_given_what_another_one_asked_for(settings, serving, a_run):
    """The same address with another project's key is another answer, in any order."""

    async def run():
        async with serving(settings(require_auth=True, api_keys=[KEY])) as client:
            ids = await client.app.state.projects.ids(["a", "b"])
            keys = [await client.app.state.keys.make(name, ids[name]) for name in ("a", "b")]
            runs = [a_run("a"), a_run("b"), a_run("b")]
            await client.post("/runs/batch", json={"post": runs}, headers={"x-api-key": KEY})
            expected = dict(zip([KEY, *keys], (3, 1, 2), strict=True))
            for key in [*expected, *reversed(expected)]:
                headers = {"x-api-key": key}
                roots = await client.get("/dashboard/runs/roots", headers=headers)
                assert roots.json()["total"] == expected[key]
                stats = await client.post("/runs/stats", json={}, headers=headers)
                assert stats.json()["run_count"] == expected[key]
                for theirs in [other for other in expected if other != key]:
                    answer = await client.get(
                        "/dashboard/runs/roots",
                        headers={"x-api-key": theirs, "if-none-match": roots.headers["etag"]},
                    )
                    assert answer.status_code == 200

    asyncio.run(run())


def test_those_who_ask_at_once_share_one_answer(settings, serving, a_run, statements):
    """Twenty questions at the same time read as much as one."""

    async def run():
        async with serving(settings()) as client:
            await client.post("/runs", json=a_run())
            await settled(client)
            statements.clear()
            await client.get("/dashboard/runs/roots?limit=3")
            alone = len(reads(statements))
            statements.clear()
            answers = await asyncio.gather(
                *(client.get("/dashboard/runs/roots?limit=4") for _ in range(20))
            )
            assert len({answer.content for answer in answers}) == 1
            assert len(reads(statements)) == alone > 0

    asyncio.run(run())


def test_an_error_is_not_kept(settings, serving, a_run):
    """What was not found is found once it is there."""

    async def run():
        async with serving(settings()) as client:
            one = a_run()
            path = f"/dashboard/runs/{one['id']}/hierarchy"
            assert (await client.get(path)).status_code == 404
            assert (await client.get(path)).status_code == 404
            await client.post("/runs", json=one)
            assert (await client.get(path)).status_code == 200

    asyncio.run(run())
