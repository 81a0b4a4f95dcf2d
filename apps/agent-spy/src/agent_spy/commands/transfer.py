"""`agent-spy export` and `agent-spy import`: everything as lines of JSON."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from agent_spy.services.projects import Projects
from agent_spy.services.transfer import Transfer
from agent_spy.settings import Settings
from agent_spy.storage.database import Database, open_database


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
    database = open_database(Settings())
    await database.start()
    try:
        await act(database, arguments)
    finally:
        await database.stop()


async def _export(database: Database, arguments: argparse.Namespace) -> None:
    project: UUID | None = None
    if arguments.project:
        rows = await Projects(database).find(name=arguments.project)
        if not rows:
            raise SystemExit(f"agent-spy: no project {arguments.project!r}")
        project = rows[0].id
    out: IO[bytes] = arguments.file.open("wb") if arguments.file else sys.stdout.buffer
    try:
        async for line in Transfer(database).lines(project):
            out.write(line)
        out.flush()
    finally:
        if arguments.file:
            out.close()


async def _import(database: Database, arguments: argparse.Namespace) -> None:
    lines: IO[bytes] = arguments.file.open("rb") if arguments.file else sys.stdin.buffer
    try:
        counts = await Transfer(database).read(lines)
    except ValueError as error:
        raise SystemExit(f"agent-spy: {error}") from None
    finally:
        if arguments.file:
            lines.close()
    for table, count in counts.items():
        print(f"{count} {table}", file=sys.stderr)
