"""`agent-spy`: serve, and what an operator needs beside it."""

from __future__ import annotations

import argparse
import sys

from agent_spy.commands import backup, doctor, keys, serve, transfer
from agent_spy.commands.opening import CannotRunError


def main() -> None:
    """Run one command; 2 where it cannot run."""
    parser = argparse.ArgumentParser(prog="agent-spy", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in (serve, keys, doctor, transfer, backup):
        command.add(commands)
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except CannotRunError as error:
        print(f"agent-spy: {error}", file=sys.stderr)
        raise SystemExit(2) from None
