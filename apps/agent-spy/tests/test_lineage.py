"""Runs whose client named no trace get it from their parents, in whatever order they come."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_spy.repositories.ancestors import Ancestors
from agent_spy.repositories.runs import Runs
from agent_spy.services.ingest import Ingest
from agent_spy.services.projects import Projects
from agent_spy.settings import Settings
from agent_spy.storage.database import open_database
from agent_spy.wire.message import Incoming


def name(n):
    return str(UUID(int=n))


def post(n, parent, **more):
    body = {"id": name(n), "name": f"r{n}", "start_time": 1_700_000_000 + n} | more
    if parent:
        body["parent_run_id"] = name(parent)
    return Incoming(patch=False, message=json.dumps(body).encode())


def patch(n, **more):
    message = json.dumps({"end_time": 1_700_000_100} | more).encode()
    return Incoming(patch=True, message=message, run_id=name(n))


async def stored(batches):
    """Each run's trace and place, as they are read."""
    with TemporaryDirectory() as folder:
        settings_ = Settings(database_url=f"sqlite+aiosqlite:///{Path(folder) / 'runs.db'}")
        database = open_database(settings_)
        await database.start()
        ingest = Ingest(database, Projects(database))
        for batch in batches:
            outcome = await ingest.take(batch)
            assert not outcome.errors
        rows = (await Runs(database.reader).page([], limit=100)).rows
        places = await Ancestors(database.reader).places(rows)
        found = {
            row.id.int: (
                row.trace_id and row.trace_id.int,
                [a.int for a in places[row.id].ancestors],
            )
            for row in rows
        }
        await database.stop()
        return found


TREE = {1: None, 2: 1, 3: 2, 4: 2, 5: 4, 6: None, 7: 6}
ABOVE = {1: [], 2: [1], 3: [1, 2], 4: [1, 2], 5: [1, 2, 4], 6: [], 7: [6]}
MESSAGES = [*(post(n, parent) for n, parent in TREE.items()), *(patch(n) for n in TREE)]


@settings(deadline=None, max_examples=40)
@given(st.permutations(MESSAGES), st.lists(st.integers(1, 5), max_size=14))
def test_any_order_ends_in_the_same_traces(messages, sizes):
    """Whatever order and batches posts and patches come in, each run has its root's trace."""
    batches, rest = [], list(messages)
    for size in sizes:
        batches.append(rest[:size])
        rest = rest[size:]
    batches.append(rest)
    found = asyncio.run(stored([batch for batch in batches if batch]))
    assert found == {n: ((ABOVE[n] or [n])[0], ABOVE[n]) for n in TREE}


def test_circles_and_orphans_are_kept():
    """Runs that are each other's parents, or whose parent never comes, are stored all the same."""
    found = asyncio.run(stored([[post(1, 2), post(2, 3), post(3, 1)], [post(4, 99), post(5, 4)]]))
    assert set(found) == {1, 2, 3, 4, 5}
    assert found[5] == (None, [4])


def test_a_trace_that_a_client_names_overrules_what_followed():
    """The word of a client wins over what was taken from a parent, whichever came first."""
    said = post(3, 2, trace_id=name(1))
    for batches in ([[post(3, 2)], [said], [post(2, 1)]], [[post(2, 1)], [post(3, 2)], [said]]):
        found = asyncio.run(stored(batches))
        assert found[3][0] == 1


def test_a_long_line_without_traces_is_settled_from_its_root():
    """A line of 300 runs that came from its end to its root has one trace."""
    line = [post(n, n - 1) for n in range(99, 1, -1)] + [post(1, None)]
    found = asyncio.run(stored([line[:50], line[50:]]))
    assert {trace for trace, _ in found.values()} == {1}
    assert found[99][1] == list(range(1, 99))
