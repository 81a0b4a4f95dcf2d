"""`agent-spy export` and `agent-spy import`: everything as lines of JSON."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from agent_spy.commands.opening import CannotRunError, read_settings, started
from agent_spy.services.projects import Projects
from agent_spy.services.transfer import Transfer
from agent_spy.storage.database import Database


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    export = commands.add_parser("export", help="write out everything as lines of JSON")
    export.add_argument("file", nargs="?", type=Path, help="where to [standard output]")
    export.add_argument("--project", help="only this project")
    export.set_defaults(run=lambda arguments: asyncio.run(_do(_export, arguments)))
    load = commands.add_parser("import", help="read in what export wrote; twice does no harm")
    load.add_argument("file", nargs="?", type=Path, help="where from [standard input]")
    load.set_defaults(run=lambda arguments: asyncio.run(_do(_import, arguments)))


async def _do(act: Any, arguments: argparse.Namespace) -> None:
    async with started(read_settings()) as database:
        await act(database, arguments)


async def _export(database: Database, arguments: argparse.Namespace) -> None:
    project: UUID | None = None
    if arguments.project:
        rows = await Projects(database).find(name=arguments.project)
        if not rows:
            raise CannotRunError(f"no project {arguments.project!r}")
        project = rows[0].id
    out = _open(arguments.file, "wb") if arguments.file else sys.stdout.buffer
    try:
        async for line in Transfer(database).lines(project):
            out.write(line)
        out.flush()
    finally:
        if arguments.file:
            out.close()


async def _import(database: Database, arguments: argparse.Namespace) -> None:
    lines = _open(arguments.file, "rb") if arguments.file else sys.stdin.buffer
    try:
        counts = await Transfer(database).read(lines)
    except ValueError as error:
        raise CannotRunError(str(error)) from None
    finally:
        if arguments.file:
            lines.close()
    for table, count in counts.items():
        print(f"{count} {table}", file=sys.stderr)


def _open(file: Path, mode: str) -> IO[bytes]:
    try:
        return cast("IO[bytes]", file.open(mode))
    except OSError as error:
        raise CannotRunError(f"{file}: {error.strerror}") from None
