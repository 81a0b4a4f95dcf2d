"""`agent-spy`: serve, and what an operator needs beside it."""

from __future__ import annotations

import argparse

import uvicorn

from agent_spy.commands import backup, doctor, keys, transfer
from agent_spy.settings import Settings


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="agent-spy", description=__doc__)
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="take and show traces")
    serve.add_argument("--host", help="the address to listen on [$HOST, or 127.0.0.1]")
    serve.add_argument("--port", type=int, help="the port [$PORT, or 8000]")
    serve.add_argument("--workers", type=int, default=1, help="processes; PostgreSQL only [1]")
    serve.set_defaults(run=_serve)
    for command in (keys, doctor, transfer, backup):
        command.add(commands)
    arguments = parser.parse_args()
    arguments.run(arguments)


def _serve(arguments: argparse.Namespace) -> None:
    settings = Settings()
    if arguments.workers > 1 and settings.database_url.startswith("sqlite"):
        raise SystemExit("agent-spy: SQLite has one writer; use PostgreSQL for several workers")
    uvicorn.run(
        "agent_spy.app:create_app",
        factory=True,
        host=arguments.host or settings.host,
        port=settings.port if arguments.port is None else arguments.port,
        workers=arguments.workers,
        reload=settings.reload,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=30,
    )
