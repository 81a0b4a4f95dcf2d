"""`sre-triage`: serve, work on the queue, and bring the database up to date."""

from __future__ import annotations

import argparse
import asyncio
import signal

import uvicorn
from pydantic import ValidationError

from sre_triage.database import create_engine
from sre_triage.log import set_up_logging
from sre_triage.migrations import upgrade
from sre_triage.parts import open_parts
from sre_triage.settings import Settings

_UNUSABLE = 2


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="sre-triage", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="take and show incidents")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on [127.0.0.1]")
    serve.add_argument("--port", type=int, default=8010, help="the port [8010]")
    serve.set_defaults(run=_serve)
    worker = commands.add_parser("worker", help="triage what is in the queue at QUEUE_URL")
    worker.set_defaults(run=_worker)
    migrate = commands.add_parser("migrate", help="bring the database at DATABASE_URL up to date")
    migrate.set_defaults(run=_migrate)
    arguments = parser.parse_args()
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, fault['loc'])).upper() or 'settings'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        parser.exit(_UNUSABLE, f"sre-triage: {wrong}\n")
    if arguments.run is _worker and settings.queue_url is None:
        parser.exit(_UNUSABLE, "sre-triage: QUEUE_URL is not set; there is nothing to work on\n")
    set_up_logging(settings)
    arguments.run(arguments, settings)


def _serve(arguments: argparse.Namespace, _settings: Settings) -> None:
    uvicorn.run(
        "sre_triage.app:app",
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        # Triage that is cut off here still waits at the next start.
        timeout_graceful_shutdown=10,
    )


def _worker(_arguments: argparse.Namespace, settings: Settings) -> None:
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_parts(settings, work=True):
        await stop.wait()


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> None:
    asyncio.run(_upgrade(settings))


async def _upgrade(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()
