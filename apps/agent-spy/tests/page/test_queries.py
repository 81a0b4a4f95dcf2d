"""What the pages ask of the database: indexes, never whole tables."""

from __future__ import annotations

import asyncio
import sqlite3

import httpx
import pytest

from agent_spy.app import create_app
from agent_spy.settings import Settings

ADDRESSES = (
    "/",
    "/?project=p1",
    "/?status=failed",
    "/?status=failed&project=p1&type=chain",
    "/?last=24h",
    "/?last=24h&project=p1&min_ms=5",
    "/?errors=true",
    "/?since=2026-01-01T00:00:00Z&until=2030-01-01T00:00:00Z",
    "/stats?last=24h",
    "/stats?last=7d&project=p1",
    "/traces/{trace}",
    "/traces/{trace}/lines?at=1,2",
    "/runs/{trace}/details",
)


@pytest.fixture
def asked(tmp_path, a_run, statements):
    """Runs requests against a small database; the queries of each, and how they are answered."""

    async def run(addresses):
        path = tmp_path / "spy.db"
        app = create_app(Settings(database_url=f"sqlite+aiosqlite:///{path}", log_level="CRITICAL"))
        found = {}
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://spy") as client,
        ):
            roots = [a_run(f"n{n}", ago=n, session_name=f"p{n % 3}") for n in range(300)]
            children = [a_run("child", parent=root, error="boom") for root in roots[::7]]
            answer = await client.post("/runs/batch", json={"post": roots + children, "patch": []})
            assert answer.status_code == 202
            for address in addresses:
                statements.clear()
                answer = await client.get(address.format(trace=roots[0]["id"]))
                assert answer.status_code == 200, address
                found[address] = list(statements)
        with sqlite3.connect(path) as connection:
            plans = {
                address: [
                    (
                        statement,
                        [
                            row[3]
                            for row in connection.execute(
                                f"EXPLAIN QUERY PLAN {statement}", parameters
                            )
                        ],
                    )
                    for statement, parameters in queries
                    if statement.startswith("SELECT")
                ]
                for address, queries in found.items()
            }
        connection.close()
        return plans

    return lambda *addresses: asyncio.run(run(addresses))


def whole(plan):
    """The steps of a plan that go through all runs, or all roots, to find some."""
    return [
        step
        for step in plan
        if ("runs" in step and ("SCAN" in step and "ix_roots" not in step)) or "ORDER BY" in step
    ]


def test_no_page_reads_whole_tables(asked):
    """Lists walk an index of roots in order; traces, runs and statistics search theirs."""
    plans = asked(*ADDRESSES)
    seen = 0
    for address, queries in plans.items():
        for statement, plan in queries:
            if "FROM runs" not in statement or "row_number" in statement:
                continue
            seen += 1
            # What is found by ids, or is of one trace, is little, and may be sorted.
            little = any("(id=?)" in step or "(trace_id=?)" in step for step in plan)
            assert little or whole(plan) == [], (address, statement, plan)
            searched = [step for step in plan if "runs" in step]
            assert all("INDEX" in step or "PRIMARY" in step for step in searched), (address, plan)
    assert seen >= 2 * len(ADDRESSES)


def test_percentiles_search_the_index_of_the_project(asked):
    """They sort what a span of time holds, and read no more than that."""
    queries = [
        plan
        for statement, plan in asked("/stats?last=24h")["/stats?last=24h"]
        if "row_number" in statement
    ]
    assert len(queries) == 4
    for plan in queries:
        (step,) = [step for step in plan if "SEARCH runs" in step]
        assert "project_start" in step
        assert "start_time>?" in step


def test_a_query_without_an_index_would_be_seen():
    """What the tests above look for is what SQLite says of such a query."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE runs (a, b)")
        plan = [
            row[3] for row in connection.execute("EXPLAIN QUERY PLAN SELECT a FROM runs ORDER BY b")
        ]
    connection.close()
    assert len(whole(plan)) == 2
