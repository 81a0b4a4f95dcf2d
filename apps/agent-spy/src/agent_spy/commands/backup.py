"""`agent-spy backup`: a copy of a SQLite file while a server writes to it."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from agent_spy.commands.opening import CannotRunError, read_settings

_PAGES = 2_000
"""Copied at once; between them the server goes on."""


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("backup", help="copy a SQLite database while it is in use")
    parser.add_argument("file", type=Path, help="the copy; one that is there is replaced")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    url = make_url(read_settings().database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise CannotRunError("backup is for SQLite; PostgreSQL has pg_dump")
    source = Path(url.database)
    if not source.is_file():
        raise CannotRunError(f"there is no {source}")
    try:
        copy(source, arguments.file)
    except (sqlite3.Error, OSError) as error:
        raise CannotRunError(f"cannot copy {source} to {arguments.file}: {error}") from None
    print(f"{arguments.file}: {arguments.file.stat().st_size} bytes")


def copy(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment. `target` appears once it is whole and sound."""
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(unfinished)) as there,
    ):
        # Within one transaction what is read stays the same, whatever the server writes.
        here.execute("BEGIN")
        here.execute("SELECT 1 FROM alembic_version").fetchone()
        here.backup(there, pages=_PAGES, sleep=0.001)
        there.execute("PRAGMA journal_mode = DELETE")
        (found,) = there.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise CannotRunError(f"the copy is not sound: {found}")
    unfinished.replace(target)
