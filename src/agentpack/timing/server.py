"""Serve an application on loopback: ready when the block begins, gone when it ends.

The socket is bound before the server starts, so that no other program can take its port, and
begins to listen only when the application is ready.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from agentpack.errors import AgentpackError
from agentpack.timing.app import App, interpreter, source_folder
from agentpack.timing.group import started

# A server's own no-op: the application's endpoints are not called, and so stay cold.
_PING = b"OPTIONS * HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
_POLL_S = 0.01
_TAIL_LINES = 25


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    base_url: str
    """Without a slash at its end."""
    log: Path
    """What it printed. The file stays when the server has stopped."""
    pid: int
    """The process that was started, and its group."""
    process: subprocess.Popen[bytes]

    def log_tail(self) -> str:
        """The last lines that it printed."""
        return tail(self.log)

    def crashed(self, *, within_s: float = 0.0) -> str | None:
        """Why the server is no longer there; `None` if it still runs after so long."""
        try:
            code = self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None
        return f"the server ended by itself {_exit(code)}"


@contextmanager
def serving(
    app: App,
    *,
    environment: Mapping[str, str] = {},
    bootstrap: Path | None = None,
    timeout_s: float = 30,
) -> Iterator[Server]:
    """Start an application or a command, and stop it and all it started at the end.

    Args:
        app: what to serve.
        environment: what its environment has beyond the application's own.
        bootstrap: a folder put first on its `PYTHONPATH`.
        timeout_s: how long it may take until it answers.

    Raises:
        AgentpackError: it cannot be started, ends before it answers (its traceback is in the
            message), does not answer in time, or its port is taken.

    """
    env = {**os.environ, "PYTHONUNBUFFERED": "1", **app.environment, **environment}
    if bootstrap is not None:
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(bootstrap), env.get("PYTHONPATH")]))
    handle, name = tempfile.mkstemp(prefix="agentpack-", suffix=".log")
    os.close(handle)
    log = Path(name)
    with socket.socket() as held:
        if app.module_attr is not None:
            url = _bind(held)
            command, inherit = _uvicorn(app, app.module_attr, held.fileno()), [held.fileno()]
        else:
            url, command, inherit = _free(app), app.command or (), []
        try:
            program = started(
                command, directory=app.directory, environment=env, log=log, inherit=inherit
            )
            with program as process:
                # Ours is closed, or a server that died would still be listened for.
                held.close()
                server = Server(url, log, process.pid, process)
                _await(server, timeout_s)
                yield server
        except OSError as error:
            if error.filename not in {*command[:1], str(app.directory)}:
                raise
            raise AgentpackError(
                f"cannot start {command[0]}: {error.strerror}", path=app.directory
            ) from error


def _bind(held: socket.socket) -> str:
    held.bind(("127.0.0.1", 0))
    # Accepted connections inherit it. The server would set it, did it know the socket's family:
    # without it the body of an answer can wait 40 ms for the acknowledgement of its head.
    held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return f"http://127.0.0.1:{held.getsockname()[1]}"


def _uvicorn(app: App, module_attr: str, descriptor: int) -> tuple[str, ...]:
    if not all(module_attr.partition(":")[::2]):
        raise AgentpackError(
            f"--app {module_attr}: not module:attribute", mend="such as --app app.main:app"
        )
    source = source_folder(app.directory, module_attr).resolve()
    return (
        *(app.python or interpreter(app.directory)),
        *("-m", "uvicorn", module_attr, "--app-dir", str(source)),
        # The requests are known here: a log of them would only hide what the application says.
        *("--fd", str(descriptor), "--workers", "1", "--no-access-log"),
        # A stream that we left is no reason to wait.
        *("--timeout-graceful-shutdown", "2"),
    )


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)


def _free(app: App) -> str:
    """Where a command will serve, where nothing else serves yet."""
    if app.command is None or app.base_url is None:
        raise AgentpackError("neither an application nor a command to serve", path=app.directory)
    host, port = _address(app.base_url)
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return app.base_url.rstrip("/")
    raise AgentpackError(
        f"something serves on {host}:{port} already",
        mend=f"stop it, or time what runs there: agentpack time {app.base_url}/…",
    )


def _await(server: Server, timeout_s: float) -> None:
    """Wait until it answers; any answer will do."""
    end = time.monotonic() + timeout_s
    address = _address(server.base_url)
    heard = "never listened"
    while (left := end - time.monotonic()) > 0:
        code = server.process.poll()
        if code is not None:
            missing = "No module named uvicorn" in tail(server.log)
            raise AgentpackError(
                f"the server ended before it was ready {_exit(code)}{_quoted(server.log)}",
                mend="install uvicorn in the project's environment" if missing else None,
            )
        try:
            with socket.create_connection(address, min(left, 1)) as client:
                heard = "listens and does not answer"
                if server.base_url.startswith("https:") or _answers(client, address, left):
                    return
        except OSError:
            time.sleep(_POLL_S)
    raise AgentpackError(
        f"the server was not ready after {timeout_s:g} s: it {heard}{_quoted(server.log)}"
    )


def _answers(client: socket.socket, address: tuple[str, int], left: float) -> bool:
    client.settimeout(left)
    client.sendall(_PING % f"{address[0]}:{address[1]}".encode())
    return client.recv(5) == b"HTTP/"


def _exit(code: int) -> str:
    return f"(signal {-code})" if code < 0 else f"(exit code {code})"


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log, however large it is."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - lines * 400))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def _quoted(log: Path) -> str:
    text = tail(log)
    quoted = "".join(f"\n    {line}" for line in text.splitlines())
    return f"; its log, {log}, ends with{quoted}" if quoted else "; it printed nothing"
