"""Whatever order, batching and repetition messages about a run come in, its state is the same."""

from __future__ import annotations

import asyncio
import copy
import json
import sqlite3
from contextlib import closing
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace
from sqlalchemy import text

from agent_spy.settings import Settings
from agent_spy.storage.database import open_database
from agent_spy.storage.sqlite import SqliteWriter
from agent_spy.storage.upsert import COLUMNS
from agent_spy.wire.change import RunChange, join
from agent_spy.wire.message import Incoming, understand

ID = "550e8400-e29b-41d4-a716-446655440000"
JSON = st.sampled_from(["{}", "[]", "null", '{"a":1}', '{"a":2}', '{"ü":"\\u0000"}', "[1e400]"])
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", "ü", "z"]),
        "start_time": st.sampled_from(
            ["2024-01-15T10:30:00Z", "2024-01-15T10:30:01", 1705314600000]
        ),
        "end_time": st.sampled_from(["2024-01-15T10:30:05Z", None]),
        "status": st.sampled_from(["pending", "success", "error"]),
    },
)
CHANGE = st.builds(
    lambda message, payloads, patch: (
        understand(
            Incoming(
                patch=patch,
                message=json.dumps(message).encode(),
                run_id=ID,
                payloads={key: value.encode() for key, value in payloads.items()},
            )
        ).change
    ),
    MESSAGE,
    st.dictionaries(st.sampled_from(["inputs", "outputs", "events", "error", "extra"]), JSON),
    st.booleans(),
)


def in_batches(changes, random):
    """Some of the ways in which messages arrive."""
    shuffled = [*changes, *random.choices(changes, k=random.randint(0, 3))]
    random.shuffle(shuffled)
    batches, rest = [], shuffled
    while rest:
        size = random.randint(1, len(rest))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


async def stored(writer, batches: list[list[RunChange]]) -> None:
    for batch in batches:
        await writer.write(copy.deepcopy(batch))


ROW = f"SELECT {', '.join(COLUMNS)} FROM runs"
RANDOM = st.randoms(use_true_random=False)


@settings(deadline=None, max_examples=60)
@given(st.lists(CHANGE, min_size=2, max_size=5), RANDOM)
def test_any_order_and_batching_ends_in_one_state(changes, random):
    """The database's join, in any order and batches and with repetitions, is the pure one."""

    async def run():
        with TemporaryDirectory() as folder:
            path = str(Path(folder) / "runs.db")
            writer = SqliteWriter(path)
            await writer.start()
            await stored(writer, in_batches(changes, random))
            await writer.stop()
            with closing(sqlite3.connect(path)) as connection:
                return connection.execute(ROW).fetchall()

    assert asyncio.run(run()) == [astuple(reduce(join, copy.deepcopy(changes)))]


def test_any_order_and_batching_ends_in_one_state_in_postgresql(postgres):
    """The same of PostgreSQL, with batches one after another and at the same time."""
    url = postgres()
    with asyncio.Runner() as runner:
        database = open_database(Settings(database_url=url))
        runner.run(database.start())

        async def run(changes, batches, *, at_once):
            if at_once:
                await asyncio.gather(*(stored(database.writer, [batch]) for batch in batches))
            else:
                await stored(database.writer, batches)
            statement = text(f"{ROW} WHERE id = :id").bindparams(id=changes[0].id)
            return await database.reader.read(lambda c: list(map(tuple, c.execute(statement))))

        @settings(deadline=None, max_examples=40)
        @given(st.lists(CHANGE, min_size=2, max_size=5), RANDOM, st.booleans())
        def check(changes, random, at_once):
            mine = uuid4().bytes
            changes = [replace(change, id=mine) for change in changes]
            expected = astuple(reduce(join, copy.deepcopy(changes)))
            found = runner.run(run(changes, in_batches(changes, random), at_once=at_once))
            assert found == [expected]

        try:
            check()
        finally:
            runner.run(database.stop())
