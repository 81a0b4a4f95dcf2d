"""What reading and writing cost with ten thousand runs and with a million.

    ./dev run python benchmarks/agent_spy_scale.py [--runs 10000 1000000]

Rows are made by the database itself, in traces of 100 and one of 1,000; then one server is asked,
one question at a time, on one connection, with no answer kept, and sent new traces, a request
each. Printed are medians in milliseconds, as the client sees them, and how they grow.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent / "agent_spy"))
import workload

_JSON = {"Content-Type": "application/json"}
TRACE, LARGE = 100, 1_000
ROUNDS = 40
_START = 1_790_000_000_000_000
_MAKE = f"""
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :runs)
INSERT INTO runs (id, ranks, project_id, parent_id, trace_id, start_time, end_time, name, run_type,
                  error, inputs, outputs, extra)
SELECT CAST(printf('%016d', i) AS BLOB), 9223372036854775807, (SELECT id FROM projects LIMIT 1),
       CASE WHEN i % {TRACE} = 0 OR i = :runs - {LARGE} THEN NULL
            WHEN i > :runs - {LARGE} THEN CAST(printf('%016d', :runs - {LARGE}) AS BLOB)
            ELSE CAST(printf('%016d', i - i % {TRACE}) AS BLOB) END,
       CAST(printf('%016d', CASE WHEN i >= :runs - {LARGE} THEN :runs - {LARGE}
                                 ELSE i - i % {TRACE} END) AS BLOB),
       {_START} + i * 1000, {_START} + i * 1000 + 500, 'step ' || i % 7,
       CASE WHEN i % {TRACE} = 0 THEN 'chain' ELSE 'llm' END,
       CASE WHEN i % 2000 = 0 THEN '"late"' WHEN i % 200 = 100 THEN '"seldom"' END,
       json_object('question', 'what of ' || i % 1000), json_object('answer', hex(randomblob(300))),
       '{{"metadata":{{"n":1}}}}'
FROM n
"""
_LOG = """
INSERT INTO changed_runs (run_ids)
SELECT CAST(group_concat(CAST(id AS TEXT), '') AS BLOB) FROM runs GROUP BY start_time / 1000000
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=[10_000, 1_000_000])
    arguments = parser.parse_args()
    found = [measure(runs) for runs in arguments.runs]
    for name in found[0]:
        times = [one[name] for one in found]
        print(f"{name:28}", *(f"{t:9.2f} ms" for t in times), f"  x{times[-1] / times[0]:.1f}")


def measure(runs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spy.db"
        with served(file, folder) as port:
            ask(port, "POST", "/runs/batch", {"post": [{"id": str(UUID(int=1)), "name": "n"}]})
        start = time.perf_counter()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("DELETE FROM runs")
            connection.execute(_MAKE, {"runs": runs})
            connection.execute(_LOG)
            connection.commit()
        print(f"{runs} runs made in {time.perf_counter() - start:.0f} s", flush=True)
        with served(file, folder) as port:
            start = time.perf_counter()
            while ask(port, "GET", "/dashboard/stats/summary")["uncounted_runs"]:
                time.sleep(0.5)
            print(f"counted and indexed in {time.perf_counter() - start:.0f} s", flush=True)
            return times(port, runs)


def times(port: int, runs: int) -> dict[str, float]:
    (session,) = (one["id"] for one in ask(port, "GET", "/sessions"))
    large = str(UUID(bytes=b"%016d" % (runs - LARGE)))
    roots = "/dashboard/runs/roots?limit=50"
    questions = {
        "latest 50 roots": ("GET", roots, None),
        "roots by project": ("GET", f"{roots}&project=default", None),
        "roots by status": ("GET", f"{roots}&status=failed", None),
        "roots by project and status": ("GET", f"{roots}&project=default&status=failed", None),
        "roots by a common word": ("GET", f"{roots}&search=what", None),
        "roots by a word of 1 in 200": ("GET", f"{roots}&search=seldom", None),
        "roots by a rare word": ("GET", f"{roots}&search=late", None),
        "latest 50 runs": ("POST", "/runs/query", {"session": [session], "limit": 50}),
        "failed runs": ("POST", "/runs/query", {"session": [session], "error": True, "limit": 50}),
        "one run": ("GET", f"/runs/{large}", None),
        "tree of 1,000": ("GET", f"/dashboard/runs/{large}/hierarchy", None),
        "summary": ("GET", "/dashboard/stats/summary", None),
    }
    found = {name: median(port, *question) for name, question in questions.items()}
    return found | {"100 new runs": writing(port)}


def writing(port: int) -> float:
    """The time of a request with a new trace of 100 runs."""
    taken = []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for trace in workload.traces(ROUNDS, TRACE):
            body = json.dumps({"post": trace.runs})
            start = time.perf_counter()
            connection.request("POST", "/runs/batch", body, _JSON)
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - start)
            if answer.status != 202:  # noqa: PLR2004
                raise SystemExit(f"not taken: {answer.status}")
    return statistics.median(taken) * 1000


def median(port: int, method: str, path: str, body: object) -> float:
    taken = []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for number in range(ROUNDS):
            # Another address each time: no answer is kept for it.
            there = f"{path}{'&' if '?' in path else '?'}round={number}"
            start = time.perf_counter()
            connection.request(method, there, body and json.dumps(body), _JSON)
            answer = connection.getresponse()
            content = answer.read()
            taken.append(time.perf_counter() - start)
            if answer.status != 200:  # noqa: PLR2004
                raise SystemExit(f"{path}: {answer.status} {content[:200]!r}")
    return statistics.median(taken) * 1000


def ask(port: int, method: str, path: str, body: object = None) -> object:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, body and json.dumps(body), _JSON)
        return json.loads(connection.getresponse().read())


@contextmanager
def served(file: Path, folder: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"DATABASE_URL": f"sqlite+aiosqlite:///{file}", "LOG_LEVEL": "WARNING"}
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from agent_spy.cli import main; main()",
            "serve",
            "--port",
            str(port),
        ],
        env=os.environ | environment,
        cwd=folder,
    )
    try:
        while True:
            with suppress(OSError):
                ask(port, "GET", "/health")
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(60)


if __name__ == "__main__":
    main()
