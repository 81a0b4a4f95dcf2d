"""A server as its own process, and requests to it over plain sockets."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Self

NEW = "NEW"
"""Stands in an address for another number in each request, so that no kept answer is given."""
_PATIENCE_S = 180
_READS = 200
_LONGEST_READING_S = 30.0


class Server:
    """Started by a command in a folder; its output goes to `log` there."""

    def __init__(
        self, command: Sequence[str], folder: Path, health: str, environment: Mapping[str, str]
    ) -> None:
        self._command, self._folder, self._health = command, folder, health
        self._environment = environment
        self.port = _free_port()
        self.log = folder / "log"

    def __enter__(self) -> Self:
        command = [word.replace("PORT", str(self.port)) for word in self._command]
        environment = os.environ | {
            name: value.replace("PORT", str(self.port)) for name, value in self._environment.items()
        }
        with self.log.open("wb") as log:
            # A session of its own, so that its whole family can be stopped.
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self.ask("GET", self._health)[0] == http.client.OK:
                    return self
            except OSError:
                time.sleep(0.1)
        self._end()
        raise SystemExit(f"{command[0]} did not start:\n{self.log.read_text('utf-8')[-3000:]}")

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes]:
        """Status and body of one answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as one:
            one.request(method, path, body, dict(headers))
            answer = one.getresponse()
            return answer.status, answer.read()

    def send(
        self, path: str, headers: Mapping[str, str], bodies: Iterable[bytes], connections: int
    ) -> list[str]:
        """POST each body once, and wait for the answers; what was refused."""
        waiting = iter(bodies)
        refused: list[str] = []
        lock = threading.Lock()

        def work() -> None:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)) as one:
                while True:
                    with lock:
                        body = next(waiting, None)
                    if body is None:
                        return
                    try:
                        one.request("POST", path, body, dict(headers))
                        answer = one.getresponse()
                        content = answer.read()
                    except (OSError, http.client.HTTPException) as error:
                        refused.append(f"{type(error).__name__}: {error}")
                        one.close()
                        continue
                    if not 200 <= answer.status < 300:  # noqa: PLR2004
                        refused.append(f"{answer.status} {content[:200]!r}")

        threads = [threading.Thread(target=work) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return refused

    def median_ms(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> float:
        """The client's time of an answer, on an open connection."""
        times: list[float] = []
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as one:
            begun = time.perf_counter()
            while len(times) < _READS and time.perf_counter() - begun < _LONGEST_READING_S:
                start = time.perf_counter()
                one.request(method, path.replace(NEW, str(len(times))), body, dict(headers))
                answer = one.getresponse()
                content = answer.read()
                times.append(time.perf_counter() - start)
                if answer.status != http.client.OK:
                    raise SystemExit(f"{method} {path}: {answer.status} {content[:300]!r}")
        return median(times) * 1000

    def peak_mb(self) -> float:
        """The most memory that its processes ever had, each at its own moment."""
        return sum(_peak(pid) for pid in _family(self._process.pid)) / 1024


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
