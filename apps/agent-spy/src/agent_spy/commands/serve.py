"""`agent-spy serve`: the server, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
from contextlib import ExitStack
from types import FrameType
from typing import Any

import structlog
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import ChangeReload

from agent_spy.commands.opening import CannotRunError, read_settings, started
from agent_spy.commands.workers import Workers, listen
from agent_spy.log import set_up_logging
from agent_spy.settings import Settings

DRAIN_SECONDS = 30
"""How long requests under way may take once the server is told to stop."""

_IDLE_SECONDS = 75
"""Longer than proxies and SDKs keep connections: who reuses one must not find it closed."""
_LAST_PORT = 65535


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("serve", help="take and show traces")
    parser.add_argument("--host", help="the address to listen on [$HOST, or 127.0.0.1]")
    parser.add_argument("--port", type=int, help="the port [$PORT, or 8000]")
    parser.add_argument("--workers", type=int, default=1, help="processes; PostgreSQL only [1]")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    if arguments.port is not None and not 0 <= arguments.port <= _LAST_PORT:
        raise CannotRunError(f"--port takes a number up to {_LAST_PORT}")
    if arguments.workers < 1:
        raise CannotRunError("--workers takes a number from 1 on")
    if arguments.workers > 1 and settings.database_url.startswith("sqlite"):
        raise CannotRunError("SQLite has one writer; use PostgreSQL for several workers")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    host = arguments.host or settings.host
    port = settings.port if arguments.port is None else arguments.port
    # Taken before the database is touched, and handed on: whoever comes meanwhile waits.
    with ExitStack() as stack:
        listening = [stack.enter_context(one) for one in _listen(host, port, arguments.workers)]
        # Done here once, what is wrong is one line, and no worker meets it.
        asyncio.run(_prepare(settings))
        set_up_logging(settings)
        structlog.get_logger().info("listening", host=host, port=listening[0].getsockname()[1])
        _serve(settings, arguments.workers, listening)


def _serve(settings: Settings, workers: int, listening: list[socket.socket]) -> None:
    config = uvicorn.Config(
        "agent_spy.app:create_app",
        factory=True,
        workers=workers,
        reload=settings.reload,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
    )
    if config.should_reload:
        ChangeReload(config, uvicorn.Server(config).run, listening).run()
    elif workers > 1:
        processes = Workers(config, listening)
        processes.run()
        if any(one.exitcode == STARTUP_FAILURE for one in processes.processes):
            raise SystemExit(STARTUP_FAILURE)
    else:
        uvicorn.Server(config).run(listening)


def _listen(host: str, port: int, count: int) -> list[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return listen((host, port), count, family=family, backlog=2048)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while")[0]
        raise CannotRunError(f"cannot listen on {host}, port {port}: {reason}") from None


async def _prepare(settings: Settings) -> None:
    async with started(settings):
        pass


def _end(_number: int, _frame: FrameType | None) -> None:
    """Uvicorn drains first, then gives the signal back: a server that was told to stop is well."""
    raise SystemExit(0)
