"""The real server, as its own process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

COMMAND = [sys.executable, "-c", "from agent_spy.cli import main; main()"]
PATIENCE_SECONDS = 180


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """One server; it can be killed and started again at the same place."""

    def __init__(self, folder, database=None, *, workers=1, **environment):
        self.folder, self.workers = folder, workers
        self.database = database or f"sqlite+aiosqlite:///{folder / 'spy.db'}"
        self.environment = {"LOG_LEVEL": "WARNING", "DATABASE_URL": self.database} | environment
        self.port = free_port()
        self.log = folder / "log"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), "--workers", str(self.workers)],
                env=os.environ | self.environment,
                cwd=self.folder,
                stderr=log,
            )
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return self
            time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-3000:])

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def stop(self, number=signal.SIGTERM):
        """Tell it to stop; the exit code, which comes within the time of a drain."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()

    def peak_megabytes(self):
        """The most memory that the process ever had."""
        with Path(f"/proc/{self.process.pid}/status").open() as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def megabytes(self):
        with Path(f"/proc/{self.process.pid}/status").open() as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def request(self, method, path, body=None, headers=None, timeout=60):
        """The status, the headers and the body of an answer."""
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()
