"""One way of starting the development server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentpack.project.compose import Service
from agentpack.project.shell import Command
from agentpack.project.starters import Starter

SCRIPT, TASK, PACKAGE, PYTHON, PROCFILE, DOCUMENT = range(6)
CONSOLE, COMPOSE, INNER, MAIN, PRODUCTION, IMAGE = range(6, 12)
"""How far each kind of evidence is to be trusted, best first."""


@dataclass(frozen=True, slots=True)
class Start:
    """One way of starting the server.

    Args:
        typed: what one types.
        source: where that stands.
        rank: how far it is to be trusted.
        order: the order among those of one rank.
        command: the server's own command, where it was reached.
        command_source: where that stands.
        variables: what its text refers to.
        starter: the Python file that starts the server, where it was reached.
        service: the compose service that runs it, where compose does.

    """

    typed: str
    source: str
    rank: int
    order: tuple[int, ...] = ()
    command: Command | None = None
    command_source: str = ""
    variables: Mapping[str, str] | None = None
    starter: Starter | None = None
    service: Service | None = None

    @property
    def reloads(self) -> bool:
        """Whether this is plainly for development."""
        if self.command is not None:
            return self.command.reloads
        return bool(self.starter and self.starter.reloads)


def is_production(start: Start) -> bool:
    """Whether a command without reload is meant for a server rather than for a desk."""
    command = start.command
    if command is None:
        return False
    several = command.option("--workers", "-w") not in {None, "1"}
    return command.program == "gunicorn" or several or "0.0.0.0" in command.text  # noqa: S104
