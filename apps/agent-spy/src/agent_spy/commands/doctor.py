"""`agent-spy doctor`: whether all that a server needs is well."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError
from sqlalchemy import URL, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from agent_spy.commands.opening import faults
from agent_spy.migrations import NewerTablesError, newest
from agent_spy.settings import Settings

_LEAST_FREE = 1024**3
_LOCAL = {"127.0.0.1", "::1", "localhost"}


class Finding(NamedTuple):
    """What was looked at and how it is."""

    state: Literal["ok", "warn", "fail"]
    what: str


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", help="check settings, database, disk and keys")
    parser.set_defaults(run=_run)


def _run(_arguments: argparse.Namespace) -> None:
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in faults(error):
            print(f"fail  {fault}")
        raise SystemExit(1) from None
    findings = asyncio.run(examine(settings))
    for state, what in findings:
        print(f"{state:<4}  {what}")
    if any(finding.state == "fail" for finding in findings):
        raise SystemExit(1)


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; nothing is changed."""
    return [*_address(settings), *_disk(settings), *[f async for f in _database(settings)]]


def _address(settings: Settings) -> list[Finding]:
    found = []
    if settings.host not in _LOCAL and not settings.require_auth:
        found.append(
            Finding("warn", f"{settings.host} is open to others: set REQUIRE_AUTH=true and a key")
        )
    if "*" in settings.cors_origins and not settings.require_auth:
        found.append(
            Finding(
                "warn",
                "any website that a browser here visits can read and delete traces:"
                " name the origins in CORS_ORIGINS, or set REQUIRE_AUTH=true and a key",
            )
        )
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((settings.host.replace("0.0.0.0", "127.0.0.1"), settings.port))  # noqa: S104
    state = f"something listens on port {settings.port}" if taken == 0 else "the port is free"
    return [*found, Finding("ok", state)]


def _disk(settings: Settings) -> list[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    folder = Path(url.database).absolute().parent
    if not folder.is_dir():
        return [Finding("fail", f"there is no folder {folder}")]
    free = shutil.disk_usage(folder).free
    state: Literal["ok", "warn"] = "ok" if free > _LEAST_FREE else "warn"
    return [Finding(state, f"{free // 1024**2} MB free for {url.database}")]


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    url = make_url(settings.database_url)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not _there(url):
        yield Finding("ok", "no database yet: the first server makes it")
        return
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            yield Finding("ok", f"the database answers: {await _version(connection)}")
            yield await _migrated(connection)
            if sqlite:
                sound = (await connection.execute(text("PRAGMA quick_check"))).scalar_one()
                yield Finding("ok" if sound == "ok" else "fail", f"its file is sound: {sound}")
            yield await _followed(connection)
            if settings.require_auth and not settings.api_keys:
                keys = await connection.scalar(text("SELECT count(*) FROM api_keys"))
                state: Literal["ok", "warn"] = "ok" if keys else "warn"
                yield Finding(state, f"{keys} keys; REQUIRE_AUTH is on")
    except (SQLAlchemyError, OSError) as error:
        yield Finding("fail", f"the database: {type(error).__name__}: {str(error)[:200]}")
    finally:
        await engine.dispose()


def _there(url: URL) -> bool:
    return Path(url.database or "").is_file()


async def _version(connection: AsyncConnection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return str(await connection.scalar(text("SHOW server_version")))


async def _followed(connection: AsyncConnection) -> Finding:
    """Whether counts and the index of words say what the runs say."""
    if not await connection.run_sync(lambda c: inspect(c).has_table("followed_runs")):
        return Finding("warn", "runs are not counted or indexed yet, a server does it")
    runs, counted, indexed, waiting = (
        await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM runs), (SELECT sum(runs) FROM run_counts),"
                " (SELECT count(*) FROM followed_runs),"
                " (SELECT coalesce(sum(length(run_ids)), 0) / 16 FROM changed_runs)"
            )
        )
    ).one()
    if waiting:
        return Finding("ok", f"{waiting} changes of {runs} runs wait to be counted and indexed")
    if runs == (counted or 0) == indexed:
        return Finding("ok", f"all {runs} runs are counted and indexed")
    return Finding("fail", f"of {runs} runs {counted or 0} are counted, {indexed} indexed")


async def _migrated(connection: AsyncConnection) -> Finding:
    has = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    try:
        head = newest(has)
    except NewerTablesError as error:
        return Finding("fail", str(error))
    if has == head:
        return Finding("ok", f"its tables are up to date ({head})")
    return Finding("warn", f"its tables are at {has}, a server brings them to {head} at its start")
