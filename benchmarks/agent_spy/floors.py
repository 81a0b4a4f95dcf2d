"""The least that storing these runs costs: JSON read, rows written, no server."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson

_COLUMNS = (
    "id", "trace_id", "parent_id", "project", "name", "run_type", "start_time", "end_time",
    "status", "error", "inputs", "outputs", "extra", "dotted_order",
)  # fmt: skip
_INDEXES = ("parent_id", "project", "run_type", "status")
"""Each with the start: the four of the document."""
_COUNT = "SELECT count(outputs) FROM runs"
_BYTES, _NUMBERS = {"id", "trace_id", "parent_id"}, {"start_time", "end_time"}


def sqlite(path: Path, bodies: Sequence[bytes], runs: int) -> float:
    """Seconds to store all bodies in a SQLite file, a commit each."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        for statement in _tables("BLOB", "INTEGER"):
            connection.execute(statement)
        insert = f"INSERT INTO runs VALUES ({', '.join('?' * len(_COLUMNS))})"
        start = time.perf_counter()
        for body in bodies:
            rows = [_row(run) for run in orjson.loads(body)["post"]]
            connection.execute("BEGIN")
            connection.executemany(insert, rows)
            connection.execute("COMMIT")
        seconds = time.perf_counter() - start
        _counted(connection.execute(_COUNT).fetchone()[0], runs)
        return seconds


async def postgres(url: str, bodies: Sequence[bytes], runs: int) -> float:
    """Seconds to store all bodies in a PostgreSQL table with COPY, a commit each."""
    connection = await asyncpg.connect(url)
    try:
        for statement in _tables("BYTEA", "BIGINT"):
            await connection.execute(statement)
        start = time.perf_counter()
        for body in bodies:
            rows = [_row(run) for run in orjson.loads(body)["post"]]
            await connection.copy_records_to_table("runs", records=rows, columns=_COLUMNS)
        seconds = time.perf_counter() - start
        _counted(await connection.fetchval(_COUNT), runs)
        return seconds
    finally:
        await connection.close()


def _tables(bytes_: str, number: str) -> list[str]:
    columns = ", ".join(
        f"{name} {bytes_ if name in _BYTES else number if name in _NUMBERS else 'TEXT'}"
        for name in _COLUMNS[1:]
    )
    return [
        f"CREATE TABLE runs (id {bytes_} PRIMARY KEY, {columns})",
        *(f"CREATE INDEX ix_{name} ON runs ({name}, start_time)" for name in _INDEXES),
    ]


def _row(run: dict[str, Any]) -> tuple[Any, ...]:
    parent, error = run["parent_run_id"], run["error"]
    return (
        UUID(run["id"]).bytes,
        UUID(run["trace_id"]).bytes,
        UUID(parent).bytes if parent else None,
        run["session_name"],
        run["name"],
        run["run_type"],
        _microseconds(run["start_time"]),
        _microseconds(run["end_time"]),
        "failed" if error else "completed",
        error,
        orjson.dumps(run["inputs"]).decode(),
        orjson.dumps(run["outputs"]).decode(),
        orjson.dumps(run["extra"]).decode(),
        run["dotted_order"],
    )


def _microseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1_000_000)


def _counted(found: int, runs: int) -> None:
    if found != runs:
        raise SystemExit(f"the floor stored {found} of {runs} runs")
