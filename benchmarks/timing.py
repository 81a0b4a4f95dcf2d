"""The harness beside its peers, in one run on one machine: accuracy, throughput, open loop.

1. *Accuracy*: each request in turn with `curl -w`; printed is the median of the paired differences
   from curl, in microseconds.
2. *Throughput*: a closed loop of 32 connections against nginx (or, without it, a bare socket), in
   turn; printed are requests a second and the ratio to wrk's.
3. *Open loop*: a server that stalls one second in five. The truth is known: who is meant to be
   served during the stall waits for its end.

Peers are taken from the PATH; what is missing is said to be. Python's are run by the interpreter
that has them: set PEERS to the bin folder of an environment with httpx, httpstat and locust, and
of one with autocannon, separated by colons.

    ./dev run python benchmarks/timing.py [PAIRS [SECONDS]]
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from agentpack.timing.curl import Session
from agentpack.timing.floor import floor
from agentpack.timing.load import closed, opened, waited
from agentpack.timing.request import Request
from agentpack.timing.stats import percentile

CONNECTIONS = 32
ROUNDS = 3
RATE = 200
PATH = os.pathsep.join([os.environ.get("PEERS", ""), os.environ["PATH"], "/usr/sbin"])
STALL = """
import asyncio, time
async def serve(reader, writer):
    try:
        while await reader.readuntil(b"\\r\\n\\r\\n"):
            phase = time.time() % 5
            if phase < 1:
                await asyncio.sleep(1 - phase)
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
HTTPX = """
import concurrent.futures, sys, time
import httpx
url, seconds, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
end = time.perf_counter() + seconds
def work(_):
    count = 0
    with httpx.Client() as client:
        while time.perf_counter() < end:
            client.get(url)
            count += 1
    return count
with concurrent.futures.ThreadPoolExecutor(threads) as pool:
    print(sum(pool.map(work, range(threads))) / seconds)
"""
HTTPX_TIMES = """
import sys, time
import httpx
with httpx.Client() as client:
    for line in sys.stdin:
        times = []
        for _ in range(2):
            start = time.perf_counter()
            with client.stream("GET", line.strip()) as answer:
                first = time.perf_counter() - start
                answer.read()
            times += [first, time.perf_counter() - start]
        print(*times, flush=True)
"""
LOCUST = """
from locust import FastHttpUser, task, constant
class User(FastHttpUser):
    wait_time = constant(0)
    @task
    def get(self):
        self.client.get("/")
"""


def found(name: str) -> str | None:
    return shutil.which(name, path=PATH)


def peer_python(module: str) -> str | None:
    """A Python that has a package: of PEERS, or ours."""
    for folder in [
        *os.environ.get("PEERS", "").split(os.pathsep),
        str(Path(sys.executable).parent),
    ]:
        python = Path(folder) / "python"
        if folder and python.exists():
            asked = subprocess.run(
                [python, "-c", f"import {module}"], capture_output=True, check=False
            )
            if asked.returncode == 0:
                return str(python)
    return None


def output(*command: str, **options: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


@contextlib.contextmanager
def target(folder: Path) -> Iterator[tuple[str, str]]:
    """A server as fast as can be had; what it is, and its URL."""
    nginx = found("nginx")
    if nginx is None:
        with floor() as bare:
            yield "a bare socket", bare.nothing.url
        return
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/log;"
        "events { worker_connections 2048; } http { access_log off;"
        "keepalive_requests 1000000000; server { "
        f"listen 127.0.0.1:{port}; location / {{ default_type application/json;"
        """ return 200 '{"ok":true}'; } } }"""
    )
    with subprocess.Popen(
        [nginx, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.02)
            yield "nginx", f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def curl(url: str, *, warm: bool) -> tuple[float, float]:
    urls = [url, url] if warm else [url]
    told = subprocess.run(
        ["curl", "-s", "-w", "%{stderr}%{time_starttransfer} %{time_total}\n", *urls],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    ).stderr
    ttfb, total = map(float, told.splitlines()[-1].split())
    return ttfb, total


def accuracy(url: str, pairs: int) -> None:
    request = Request("GET", url)
    rows: dict[str, list[tuple[float, float]]] = {}

    def note(name: str, ours: tuple[float, float], theirs: tuple[float, float]) -> None:
        rows.setdefault(name, []).append((ours[0] - theirs[0], ours[1] - theirs[1]))

    httpstat = peer_python("httpstat")
    httpx = peer_python("httpx")
    client = (
        subprocess.Popen(
            [httpx, "-c", HTTPX_TIMES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if httpx
        else None
    )
    with Session() as session:
        for _ in range(pairs):
            sample = session.send(request, cold=True).sample
            note("agentpack cold", (sample.ttfb_s, sample.total_s), curl(url, warm=False))
            session.send(request)
            sample = session.send(request).sample
            note("agentpack warm", (sample.ttfb_s, sample.total_s), curl(url, warm=True))
            if client and client.stdin and client.stdout:
                print(url, file=client.stdin, flush=True)
                times = [float(word) for word in client.stdout.readline().split()]
                note("httpx warm", (times[2], times[3]), curl(url, warm=True))
        for _ in range(min(pairs, 30)):
            start = time.perf_counter()
            subprocess.run(["curl", "-s", "-o", os.devnull, url], check=True)
            wall = time.perf_counter() - start
            note("time curl (wall)", (wall, wall), curl(url, warm=False))
            if httpstat:
                told = output(
                    httpstat, "-m", "httpstat", url,
                    env={**os.environ, "HTTPSTAT_METRICS_ONLY": "true"},
                )  # fmt: skip
                data = json.loads(told)["timings_ms"]
                times = (data["starttransfer"] / 1000, data["total"] / 1000)
                note("httpstat cold", times, curl(url, warm=False))
    if client:
        client.terminate()
        client.communicate()
    for name, peer in (("httpx warm", client), ("httpstat cold", httpstat)):
        if not peer:
            print(f"{name:22} not installed")
    for name, differences in rows.items():
        ttfb, total = (median(column) * 1e6 for column in zip(*differences, strict=True))
        print(f"{name:22} ttfb {ttfb:+8.0f} µs   total {total:+8.0f} µs   of {len(differences)}")


def throughput(url: str, seconds: float, folder: Path) -> None:
    whole = str(max(1, round(seconds)))
    (folder / "locustfile.py").write_text(LOCUST)

    def first(pattern: str, text: str) -> float:
        match = re.search(pattern, text)
        if match is None:
            raise SystemExit(f"cannot read: {text}")
        return float(match[1])

    def locust() -> float:
        python = peer_python("locust")
        told = output(
            python or "", "-m", "locust", "-f", str(folder / "locustfile.py"), "--headless",
            "-u", str(CONNECTIONS), "-r", str(CONNECTIONS), "-t", f"{whole}s", "-H",
            url.rstrip("/"), "--json", "--loglevel", "ERROR", "--stop-timeout", "1",
        )  # fmt: skip
        [stats] = json.loads(told)
        return float(
            stats["num_requests"] / (stats["last_request_timestamp"] - stats["start_time"])
        )

    c = str(CONNECTIONS)
    runs: dict[str, tuple[object, Callable[[], float]]] = {
        "wrk": (
            found("wrk"),
            lambda: first(r"Requests/sec:\s+([\d.]+)", output("wrk", f"-c{c}", f"-d{whole}s", url)),
        ),
        "wrk, one thread": (
            found("wrk"),
            lambda: first(
                r"Requests/sec:\s+([\d.]+)", output("wrk", "-t1", f"-c{c}", f"-d{whole}s", url)
            ),
        ),
        "agentpack": (
            True,
            lambda: closed([Request("GET", url)], concurrency=CONNECTIONS, duration_s=seconds).rate,
        ),
        "hey": (
            found("hey"),
            lambda: first(
                r"Requests/sec:\s+([\d.]+)", output("hey", "-c", c, "-z", f"{whole}s", url)
            ),
        ),
        "autocannon": (
            found("autocannon"),
            lambda: float(
                json.loads(
                    output(found("autocannon") or "", "-j", "-n", "-c", c, "-d", whole, url)
                )["requests"]["average"]
            ),
        ),
        "locust": (peer_python("locust"), locust),
        "httpx, threads": (
            peer_python("httpx"),
            lambda: float(output(peer_python("httpx") or "", "-c", HTTPX, url, whole, c)),
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (there, run) in runs.items():
            if there:
                rates[name].append(run())
    reference = median(rates["wrk"]) if rates["wrk"] else None
    for name, every in rates.items():
        if not every:
            print(f"{name:22} not installed")
            continue
        beside = f"{median(every) / reference:6.2f} x wrk" if reference else ""
        print(f"{name:22} {median(every):9.0f} requests/s {beside}")


def open_loop(seconds: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STALL], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/"
            request = Request("GET", url)
            time.sleep(5 - time.time() % 5)
            # Whole periods, so that exactly a fifth is meant to be served during a stall.
            count = RATE * max(1, round(seconds / 5)) * 5
            meant = [number / RATE % 5 for number in range(count)]
            truth = percentile([max(0.0, 1 - phase) for phase in meant], 99) or 0.0
            samples = opened([request], rate=RATE, count=count).samples[0]
            told = percentile([one.total_s for one in waited(samples)], 99) or 0.0
            print(f"{'truth':22} p99 {truth * 1000:6.0f} ms")
            print(f"{'agentpack --rate':22} p99 {told * 1000:6.0f} ms  {told / truth - 1:+7.1%}")
            samples = closed([request], concurrency=10, duration_s=seconds).samples[0]
            told = percentile([one.total_s for one in samples], 99) or 0.0
            print(
                f"{'agentpack, closed loop':22} p99 {told * 1000:6.0f} ms  {told / truth - 1:+7.1%}"
            )
            if found("hey"):
                text = output(
                    "hey", "-c", "10", "-q", str(RATE // 10), "-z", f"{round(seconds)}s", url
                )
                match = re.search(r"99% in ([\d.]+)", text)
                told = float(match[1]) if match else 0.0
                print(f"{'hey -q':22} p99 {told * 1000:6.0f} ms  {told / truth - 1:+7.1%}")
            else:
                print(f"{'hey -q':22} not installed")
        finally:
            server.kill()


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as name, target(Path(name)) as (what, url):
        print(f"Accuracy: median of paired differences from `curl -w`, against {what}")
        accuracy(url, pairs)
        print(f"\nThroughput: closed loop, {CONNECTIONS} connections, median of {ROUNDS}")
        throughput(url, seconds, Path(name))
    print(f"\nOpen loop: a server that stalls 1 s in 5, {RATE} requests/s")
    open_loop(max(10.0, seconds * 2))


main()
