"""Does the gate cry wolf, and does it see what is there?

One baseline is written; then `agentpack time --check` runs again and again on the same app (A/A),
on one that is 15 % slower, and on one that is twice as slow. Printed is how many endpoints were
called regressed, of how many.

    ./dev run python benchmarks/gate.py [RUNS OF A/A [RUNS OF EACH OTHER]]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AGENTPACK = str(Path(sys.executable).parent / "agentpack")
APP = """
import asyncio, os, sqlite3
from fastapi import FastAPI

FACTOR = float(os.environ["FACTOR"])
app = FastAPI()
base = sqlite3.connect(":memory:", check_same_thread=False)
base.execute("create table item (id integer, name text)")
base.executemany("insert into item values (?, ?)", [(i, f"item {i}") for i in range(20_000)])

@app.get("/wait")
async def wait() -> dict[str, int]:
    await asyncio.sleep(0.010 * FACTOR)
    return {}

@app.get("/compute")
async def compute() -> dict[str, int]:
    return {"sum": sum(i * i % 7 for i in range(int(200_000 * FACTOR)))}

@app.get("/query")
def query() -> dict[str, int]:
    total = 0
    for _ in range(int(20 * FACTOR)):
        total += base.execute("select count(*) from item where name like '%99%'").fetchone()[0]
    return {"count": total}
"""
PATHS = ["/wait", "/compute", "/query"]


def check(folder: Path, factor: float) -> tuple[list[str], float]:
    start = time.perf_counter()
    run = subprocess.run(
        [AGENTPACK, "time", "--check", "--app", "gated:app", "--format", "json", *PATHS],
        cwd=folder,
        env={**os.environ, "FACTOR": str(factor)},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in {0, 1}:
        raise SystemExit(run.stderr)
    endpoints = json.loads(run.stdout)["endpoints"]
    verdicts = [one["verdict"] for one in endpoints]
    ratios = " ".join(f"{one['baseline_ratio']:.3f}" for one in endpoints)
    print(f"  x{factor:g}  {ratios}  {' '.join(verdicts)}", file=sys.stderr, flush=True)
    return verdicts, time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    others = int(sys.argv[2]) if len(sys.argv) > 2 else runs // 3  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "gated.py").write_text(APP)
        subprocess.run(
            [AGENTPACK, "time", "baseline", "--app", "gated:app", *PATHS],
            cwd=folder,
            env={**os.environ, "FACTOR": "1"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        print("true change   runs   called regressed   median s a run")
        for factor, number in ((1.0, runs), (1.15, others), (2.0, others)):
            results = [check(folder, factor) for _ in range(number)]
            called = sum(verdict == "regressed" for verdicts, _ in results for verdict in verdicts)
            wrong = sum("regressed" in verdicts for verdicts, _ in results)
            took = sorted(seconds for _, seconds in results)[number // 2]
            print(
                f"{factor - 1:+10.0%}  {number:6}   {called:3} of {number * len(PATHS)} endpoints"
                f" in {wrong} runs   {took:.1f}",
                flush=True,
            )


main()
