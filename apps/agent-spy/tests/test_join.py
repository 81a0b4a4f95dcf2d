"""Whatever order, batching and repetition messages about a run come in, its state is the same."""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from agent_spy.storage.sqlite import SqliteWriter
from agent_spy.storage.upsert import COLUMNS
from agent_spy.wire.change import RunChange, join
from agent_spy.wire.message import understand

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
            __import__("json").dumps(message).encode(),
            patch=patch,
            run_id=ID,
            payloads={key: value.encode() for key, value in payloads.items()},
        ).change
    ),
    MESSAGE,
    st.dictionaries(st.sampled_from(["inputs", "outputs", "events", "error", "extra"]), JSON),
    st.booleans(),
)


async def stored(batches: list[list[RunChange]]) -> tuple[object, ...]:
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "runs.db")
        writer = SqliteWriter(path)
        await writer.start()
        for batch in batches:
            await writer.write(copy.deepcopy(batch))
        await writer.stop()
        with sqlite3.connect(path) as connection:
            (row,) = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM runs").fetchall()
        connection.close()
        return row


@settings(deadline=None, max_examples=60)
@given(st.lists(CHANGE, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_any_order_and_batching_ends_in_one_state(changes, random):
    """The database's join, in any order and batches and with repetitions, is the pure one."""
    expected = astuple(reduce(join, copy.deepcopy(changes)))
    shuffled = [*changes, *random.choices(changes, k=random.randint(0, 3))]
    random.shuffle(shuffled)
    batches, rest = [], shuffled
    while rest:
        size = random.randint(1, len(rest))
        batches.append(rest[:size])
        rest = rest[size:]
    assert asyncio.run(stored(batches)) == expected
