"""Several processes behind one port, each with a queue of connections of its own."""

from __future__ import annotations

import socket
import sys
from typing import Any

from typing_extensions import override
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process


def listen(address: tuple[str, int], count: int, **more: Any) -> list[socket.socket]:
    """The sockets of `count` processes; who connects meets one of them.

    With a single socket the process that wakes up first takes everybody who waits there: eight
    connections that are opened together mostly end in one process.

    Raises:
        OSError: the address cannot be listened on, or somebody does.
    """
    # A socket that shares its port would share it with another server's, and not say so.
    first = socket.create_server(address, **more)
    if count == 1 or sys.platform != "linux":
        return [first]
    with first:
        address = (address[0], first.getsockname()[1])
    return [socket.create_server(address, reuse_port=True, **more) for _ in range(count)]


class Workers(Multiprocess):
    """As many processes as there are sockets, or sharing the only one."""

    @override
    def init_processes(self) -> None:
        """Start them. One that takes the place of another listens on all sockets."""
        for number in range(self.processes_num):
            own = self.sockets[number % len(self.sockets)]
            process = Process(self.config, [own])
            process.start()
            self.processes.append(process)

    # Without its process a socket would keep whoever waits there for ever.
    def handle_ttin(self) -> None:
        """As many as were asked for."""

    def handle_ttou(self) -> None:
        """As many as were asked for."""
