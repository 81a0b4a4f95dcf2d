"""The timing script of the skill endpoint-timing, against real servers on loopback."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import agentpack.builtin

SCRIPT = Path(agentpack.builtin.__file__).parent / "skills/endpoint-timing/scripts/time-endpoint.sh"
DELAY_MS = 60.0

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the script needs bash and curl"
)


class Endpoint(BaseHTTPRequestHandler):
    """Answers by path, in one write: two would meet TCP's delayed acknowledgement (40 ms)."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, sent, self.client_address))
        served = len(self.server.seen)
        if self.path == "/slow":
            time.sleep(DELAY_MS / 1000)
        if self.path == "/cold" and served == 1:
            time.sleep(DELAY_MS / 1000)
        if self.path == "/uneven":
            time.sleep((0.2, 0, DELAY_MS / 1000)[served - 1])
        failing = self.path == "/500" or (self.path == "/flaky" and served > 2)
        head = f"HTTP/1.1 {'500 Broken' if failing else '200 OK'}\r\nContent-Length: 5\r\n"
        if self.path == "/close":
            head += "Connection: close\r\n"
            self.close_connection = True
        if self.path == "/stream":
            self.wfile.write(f"{head}\r\nhe".encode())
            time.sleep(DELAY_MS / 1000)
            self.wfile.write(b"llo")
        elif self.path == "/torn":
            self.wfile.write(f"{head}\r\nhe".encode())
            self.close_connection = True
        elif self.path == "/silent":
            time.sleep(1.5)
            self.close_connection = True
        else:
            self.wfile.write(f"{head}\r\nhello".encode())

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Endpoint)
        self.seen: list[tuple[str, str, bytes, tuple[str, int]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


# Without the caller's proxies and curl settings.
CLEAN = {"PATH": os.environ["PATH"], "HOME": str(SCRIPT.parent)}


def run(*arguments: str, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(script), *arguments],
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def figures(output: str, name: str) -> list[float]:
    """One row of the table: cold, then warm median, least and most, in milliseconds."""
    row = re.search(rf"^{name} +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", output, re.MULTILINE)
    assert row, output
    return [float(figure) for figure in row.groups()]


def test_fast_endpoint_passes(server: Server) -> None:
    """A fast endpoint is within the limit: exit 0, with its status, size and a verdict."""
    done = run("-n", "5", f"{server.url}/fast")
    assert (done.returncode, done.stderr) == (0, "")
    assert "status 200, 5 bytes, 1 cold and 5 warm requests, 1 connection(s) opened" in done.stdout
    assert re.search(r"^OK warm median \(total\) [\d.]+ ms, within", done.stdout, re.MULTILINE)
    assert min(figures(done.stdout, "total")) > 0


def test_warm_requests_share_the_cold_ones_connection(server: Server) -> None:
    """N warm requests follow one cold one, all on a single connection."""
    run("-n", "4", f"{server.url}/fast")
    assert len(server.seen) == 5
    assert len({address for *_, address in server.seen}) == 1


def test_slow_endpoint_fails(server: Server) -> None:
    """An endpoint over the limit is exit 1, and the verdict names both times."""
    done = run("-n", "3", "-l", "0.02", f"{server.url}/slow")
    assert done.returncode == 1
    assert re.search(
        r"^FAIL warm median \(total\) \d+\.\d\d ms, over the limit of 20\.00 ms$",
        done.stdout,
        re.MULTILINE,
    )


def test_median_agrees_with_a_known_delay(server: Server) -> None:
    """A delay injected into the server is what the median and the wait phase show."""
    done = run("-n", "5", f"{server.url}/slow")
    cold, median, least, most = figures(done.stdout, "total")
    assert min(cold, least) >= DELAY_MS
    assert least <= median <= most
    assert DELAY_MS <= median < DELAY_MS + 50
    assert DELAY_MS - 2 <= figures(done.stdout, "wait")[1] <= median
    assert figures(done.stdout, "body")[1] < DELAY_MS / 2


def test_median_leaves_the_cold_request_out(server: Server) -> None:
    """Of an even number of warm requests the median is the mean of the middle two."""
    done = run("-n", "2", f"{server.url}/uneven")
    cold, median, least, most = figures(done.stdout, "total")
    assert cold >= 200
    assert median == pytest.approx((least + most) / 2, abs=0.02)
    assert f"OK warm median (total) {median:.2f} ms" in done.stdout


def test_phases_of_the_cold_request_add_up(server: Server) -> None:
    """Name lookup, connect, TLS, wait and body of one request are its whole time."""
    done = run("-n", "1", f"{server.url}/slow")
    phases = [figures(done.stdout, name)[0] for name in ("dns", "connect", "tls", "wait", "body")]
    assert sum(phases) == pytest.approx(figures(done.stdout, "total")[0], abs=0.06)


def test_first_byte_can_be_held_against_the_limit(server: Server) -> None:
    """With -t a stream is judged by its first byte, without it by its end."""
    arguments = ("-n", "2", "-l", "0.04", f"{server.url}/stream")
    assert run(*arguments).returncode == 1
    done = run("-t", *arguments)
    assert done.returncode == 0, done.stdout
    assert figures(done.stdout, "body")[1] >= DELAY_MS - 2


def test_slow_first_request_is_noted_and_passes(server: Server) -> None:
    """Only the cold request being slow is a note: the median of the warm ones decides."""
    done = run("-n", "3", "-l", "0.04", f"{server.url}/cold")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^note: the cold request took \d+\.\d\d ms", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("path", ["/500", "/flaky"])
def test_failed_status_fails(server: Server, path: str) -> None:
    """One answer that is not a 2xx, the first or a later one, is a failure, however fast."""
    done = run("-n", "3", f"{server.url}{path}")
    assert done.returncode == 1
    assert "FAIL status 500, not a 2xx" in done.stdout
    assert "OK" not in done.stdout


def test_nothing_listening_is_not_a_verdict() -> None:
    """Where nothing listens the exit is 2, and one line says so with the URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        done = run(url)
    assert done.returncode == 2
    assert f"time-endpoint: nothing answers at {url}" in done.stderr
    assert "OK" not in done.stdout


@pytest.mark.parametrize(
    ("path", "reason"), [("/torn", "the answer broke off"), ("/silent", "no complete answer")]
)
def test_incomplete_answer_fails(server: Server, path: str, reason: str) -> None:
    """An answer that breaks off or never comes fails the endpoint, and ends the run at once."""
    done = run("-n", "2", "--max-time", "0.5", f"{server.url}{path}")
    assert done.returncode == 1
    assert f"FAIL {reason}" in done.stdout
    assert len(server.seen) == 1


def test_body_is_posted_each_time(server: Server) -> None:
    """curl's own options reach every request: method, header and body."""
    done = run("-n", "2", "-X", "POST", "-d", '{"name": "it\'s"}', f"{server.url}/items")
    assert done.returncode == 0, done.stdout
    sent = [(command, path, body) for command, path, body, _ in server.seen]
    assert sent == [("POST", "/items", b'{"name": "it\'s"}')] * 3


def test_reproduce_line_is_runnable(server: Server) -> None:
    """The printed command, pasted into a shell, makes the same request and shows the body."""
    done = run("-n", "1", "-X", "POST", "-d", '{"name": "it\'s"}', f"{server.url}/items?a=1&b=2")
    command = done.stdout.splitlines()[0].removeprefix("reproduce: ")
    again = subprocess.run(
        ["bash", "-c", command],
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert re.fullmatch(r"hello\n200 0\.\d+s\n", again.stdout)
    assert server.seen[-1][:3] == server.seen[0][:3]


@pytest.mark.parametrize(
    "options",
    [
        ("-H", "Authorization: Bearer hunter2"),
        ("-HX-Api-Key: hunter2",),
        ("-u", "me:hunter2"),
        ("--cookie", "session=hunter2"),
    ],
)
def test_credentials_are_not_printed(server: Server, options: tuple[str, ...]) -> None:
    """What looks like a credential never reaches the output, which gets pasted into reports."""
    done = run("-n", "1", *options, f"{server.url}/fast")
    assert done.returncode == 0, done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "***" in done.stdout


def test_closed_connections_are_noted(server: Server) -> None:
    """Where the server closes after each answer, the output says that no request was warm."""
    done = run("-n", "2", f"{server.url}/close")
    assert done.returncode == 0
    assert "3 connection(s) opened" in done.stdout
    assert "note: the connection was not kept alive" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("-n", "0", "http://127.0.0.1:1/"),
        ("-n", "many", "http://127.0.0.1:1/"),
        ("-l", "soon", "http://127.0.0.1:1/"),
        ("-l",),
        ("-o", "file", "http://127.0.0.1:1/"),
        ("http://127.0.0.1:1/", "-s"),
        ("--no-such-option", "http://127.0.0.1:1/"),
    ],
)
def test_wrong_use_is_exit_2(arguments: tuple[str, ...]) -> None:
    """A wrong option is exit 2 with a reason, never a verdict."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "OK" not in done.stdout


def test_script_runs_from_a_folder_with_spaces(server: Server, tmp_path: Path) -> None:
    """The script finds its format file beside itself, whatever the folder is called."""
    folder = shutil.copytree(SCRIPT.parent, tmp_path / "my skills")
    done = run("-n", "1", f"{server.url}/fast", script=folder / SCRIPT.name)
    assert done.returncode == 0, done.stderr


def test_script_can_be_executed() -> None:
    """The script carries its run bit."""
    assert os.access(SCRIPT, os.X_OK)
