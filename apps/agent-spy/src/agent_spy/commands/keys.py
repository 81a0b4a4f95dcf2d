"""`agent-spy keys`: make, list, revoke and rotate keys, whether or not a server runs."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any
from uuid import UUID

from agent_spy.commands.opening import CannotRunError, read_settings, started
from agent_spy.errors import NotFoundError
from agent_spy.services.keys import Keys
from agent_spy.services.projects import Projects
from agent_spy.services.shape import iso
from agent_spy.storage.database import Database


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("keys", help="keys that let clients in")
    actions = parser.add_subparsers(required=True)
    create = actions.add_parser("create", help="make a key and print it, once")
    create.add_argument("name", help="whose key it is, for the list")
    create.add_argument("--project", help="the one project that it opens [all]")
    create.add_argument("--days", type=float, help="after how many days it expires [never]")
    create.set_defaults(run=_run, act=_create)
    actions.add_parser("list", help="list keys").set_defaults(run=_run, act=_list)
    revoke = actions.add_parser("revoke", help="make a key open nothing")
    revoke.set_defaults(run=_run, act=_revoke)
    rotate = actions.add_parser("rotate", help="make a new key in the place of another")
    rotate.add_argument(
        "--grace-hours", type=float, default=0, help="how long the old one still opens [0]"
    )
    rotate.set_defaults(run=_run, act=_rotate)
    for action in (revoke, rotate):
        action.add_argument("id", type=UUID, help="the key's id in the list")


def _run(arguments: argparse.Namespace) -> None:
    asyncio.run(_with_database(arguments))


async def _with_database(arguments: argparse.Namespace) -> None:
    async with started(read_settings()) as database:
        try:
            await arguments.act(arguments, database)
        except NotFoundError as error:
            raise CannotRunError(str(error)) from None


async def _create(arguments: argparse.Namespace, database: Database) -> None:
    project = None
    if arguments.project:
        ids = await Projects(database).ids([arguments.project])
        project = UUID(bytes=ids[arguments.project])
    print(await Keys(database).make(arguments.name, project, days=arguments.days))


async def _list(_arguments: argparse.Namespace, database: Database) -> None:
    for row in await Keys(database).all():
        project = row.project or row.project_id or "all projects"
        expires = f"expires {iso(row.expires_at)}" if row.expires_at else "does not expire"
        used = f"used {iso(row.last_used_at)}" if row.last_used_at else "never used"
        print(f"{row.id}  {row.name}  {project}  {expires}  {used}")


async def _revoke(arguments: argparse.Namespace, database: Database) -> None:
    await Keys(database).revoke(arguments.id)


async def _rotate(arguments: argparse.Namespace, database: Database) -> None:
    print(await Keys(database).rotate(arguments.id, grace_hours=arguments.grace_hours))
