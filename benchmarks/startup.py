"""How long the command line takes to start, beside the interpreter's own start.

Each command runs in turn with `python -c pass`, so that both meet the same machine;
printed are medians and the ratio pair by pair.

    ./dev run python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTHING = [sys.executable, "-c", "pass"]


def once(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, os.times()
    spent = after.children_user + after.children_system
    return wall, spent - before.children_user - before.children_system


def compare(name: str, command: list[str], runs: int) -> None:
    once(command)
    pairs = [(once(command), once(NOTHING)) for _ in range(runs)]
    wall = median(ours[0] for ours, _ in pairs)
    cpu = median(ours[1] for ours, _ in pairs)
    ratio = median(ours[0] / nothing[0] for ours, nothing in pairs)
    print(f"{name:24} {wall * 1000:8.1f} ms wall  {cpu * 1000:8.1f} ms CPU  {ratio:6.2f} x python")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    agentpack = str(BIN / "agentpack")
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app"
        shutil.copytree(ROOT / "apps/sre-triage", app, ignore=shutil.ignore_patterns(".claude"))
        compare("python -c pass", NOTHING, runs)
        compare("agentpack --version", [agentpack, "--version"], runs)
        compare("agentpack init", [agentpack, "init", str(app)], runs)
        compare(
            "agentpack install (new)",
            ["sh", "-c", f"rm -rf {app}/.claude; {agentpack} install {app}"],
            runs,
        )
        compare("agentpack status --check", [agentpack, "status", str(app), "--check"], runs)


main()
