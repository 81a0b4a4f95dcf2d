"""No question goes through all runs: what each statement of each reading route really visits.

Left out, because what they give grows with what they are asked for:
- `POST /runs/stats`, `include_stats` of sessions and the threads of v2 sum up all runs of a
  project; they are shown to stay within it.
- Filters that no index knows (metadata, latency, `like`, `parent_run` without its trace) walk
  through the runs of the time and project asked for, the newest first, until a page is full. An
  index for each would be paid at every ingest.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing

import asyncpg
from sqlalchemy import text

from agent_spy.models.base import now

TRACES, RUNS = 300, 40
MOST_ROWS = 1_500
"""Of 12,040 runs; a page has 100, a trace 40, the small project 40."""
MOST_STEPS = 60_000
"""Of SQLite's machine; a walk through all runs takes about ten for each."""


async def fill(client, a_run):
    start = now() // 1000 - 3_600_000
    ids = []
    for number in range(TRACES + 1):
        project = "small" if number == TRACES else "large"
        root = a_run(project, start_time=start + number * 1000, name=f"trace {number}")
        more = {"trace_id": root["id"], "parent_run_id": root["id"]}
        children = [
            a_run(project, start_time=start + number * 1000 + n, run_type="llm", **more)
            for n in range(1, RUNS)
        ]
        if number % 50 == 0:
            children[3]["error"] = root["error"] = "rare words"
        answer = await client.post("/runs/batch", json={"post": [root, *children]})
        assert answer.status_code == 202
        ids.append(root["id"])
    for _ in range(5_000):
        if not (await client.get("/dashboard/stats/summary")).json()["uncounted_runs"]:
            break
        await asyncio.sleep(0.05)
    analyze = text("ANALYZE")
    await client.app.state.database.writer.do(lambda connection: connection.execute(analyze) and 0)
    return ids


def questions(ids, large, small):
    """Every reading route and every filter that an index knows."""
    roots = "/dashboard/runs/roots"
    for more in (
        "", "project=large", "status=failed", "status=running", "project=large&status=failed",
        "project=large&status=running", "start_time_gte=2020-01-01T00:00:00Z", "search=rare",
        "search=trace&project=large", "search=trace", "search=nowhere", "limit=10&offset=200",
    ):  # fmt: skip
        yield "GET", f"{roots}?{more}", None
    trace = ids[150]
    for path in (
        f"/dashboard/runs/{trace}/hierarchy", "/dashboard/stats/summary", f"/runs/{trace}",
        "/sessions", f"/sessions/{large}", f"/feedback?run={trace}", f"/runs/{trace}/share",
        f"/sessions/{small}?include_stats=true",
    ):  # fmt: skip
        yield "GET", path, None
    for body in (
        {"session": [large]}, {"session": [large], "is_root": True}, {"id": [trace]},
        {"session": [large], "error": True}, {"trace": trace}, {"session": [small]},
        {"session": [large], "is_root": True, "error": True},
        {"trace": trace, "is_root": False, "session": [large]}, {"is_root": True},
        {"trace": trace, "parent_run": trace}, {"session": [large], "query": "rare"},
        {"session": [large], "filter": 'search("rare words")'},
        {"session": [large], "filter": 'eq(run_type, "llm")'},
        {"session": [large], "filter": 'gt(start_time, "2020-01-01T00:00:00Z")'},
        {"session": [large], "is_root": True, "order": "asc"},
    ):  # fmt: skip
        yield "POST", "/runs/query", body
    yield "POST", "/runs/stats", {"session": [small]}
    yield "POST", "/api/v2/runs/query", {"project_ids": [large]}


async def asked(client, statements, method, path, body):
    """The statements behind an answer, with what was bound to them."""
    statements.clear()
    answer = await client.request(method, path, json=body)
    assert answer.status_code in {200, 404, 422}, (path, answer.text)
    return [
        (statement, parameters)
        for statement, parameters in statements
        if statement.lstrip().startswith(("SELECT", "WITH")) and "snapshot" not in statement
    ]


def test_no_question_goes_through_all_runs(settings, serving, a_run, database_url, statements):
    """Each statement visits about as many runs as it gives, however many there are."""

    async def run():
        async with serving(settings(database_url=database_url)) as client:
            ids = await fill(client, a_run)
            sessions = {one["name"]: one["id"] for one in (await client.get("/sessions")).json()}
            known = 0
            for question in questions(ids, sessions["large"], sessions["small"]):
                for statement, parameters in await asked(client, statements, *question):
                    if database_url.startswith("sqlite"):
                        fault = in_sqlite(database_url, statement, parameters)
                    else:
                        fault = await in_postgresql(database_url, statement, parameters)
                    assert not fault, (question, fault, statement)
                    known += 1
            assert known > 50
            # What would be found: a question that has no index.
            walk = "SELECT count(*) FROM runs WHERE dotted_order = 'x'"
            assert (
                in_sqlite(database_url, walk, ())
                if database_url.startswith("sqlite")
                else await in_postgresql(database_url, walk, ())
            )

    asyncio.run(run())


def in_sqlite(url, statement, parameters):
    steps = 0

    def step():
        nonlocal steps
        steps += 100

    with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        bare = [row[3] for row in plan if row[3] == "SCAN runs"]
        connection.set_progress_handler(step, 100)
        connection.execute(statement, parameters).fetchall()
    return bare or (steps > MOST_STEPS and (steps, plan))


async def in_postgresql(url, statement, parameters):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        # Small tables are read whole where that is cheaper; this is about large ones.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            await connection.execute(f"SET enable_{way} = off")
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        plan = json.loads(await connection.fetchval(explained, *parameters))
    finally:
        await connection.close()
    rows = visited(plan[0]["Plan"])
    return rows > MOST_ROWS and (rows, json.dumps(plan, indent=1))


def visited(node):
    """Rows of large tables that a plan really looked at."""
    mine = 0
    if node.get("Relation Name") in {"runs", "followed_runs"}:
        gone = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        mine = (node["Actual Rows"] + gone) * node["Actual Loops"]
    return mine + sum(visited(part) for part in node.get("Plans", ()))
