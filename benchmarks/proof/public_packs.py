"""How much of the code in public packs runs as printed, beside ours.

    ./dev run python benchmarks/proof/public_packs.py SOURCE...

A source is what `agentpack prove` takes: a folder, `FOLDER#PLUGIN`, a repository. Its code is run,
confined, with the packages of this environment: what needs others is `needs-part`, and not held
against it. The share that runs is of what was decided: runs, bad as told, fragments and broken.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

OURS = str(Path(sys.executable).parent / "agentpack")
TIMEOUT_S = "60"
SHOWN = ("runs", "bad-as-told", "fragment", "broken", "needs-part", "illustration")


def prove(source: str) -> dict[str, Any] | str:
    """What `agentpack prove` tells of a source, or why it cannot."""
    done = subprocess.run(
        [OURS, "prove", source, "--yes", "--timeout", TIMEOUT_S, "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        return done.stderr.strip().splitlines()[-1]
    return json.loads(done.stdout)


def row(name: str, told: dict[str, Any], language: str | None) -> str:
    """A line of the table: of all blocks, or of one language's."""
    counted: Counter[str] = Counter()
    for of, verdicts in told["summary"].items():
        if language is None or of == language:
            counted.update(verdicts)
    good = counted["runs"] + counted["bad-as-told"]
    decided = good + counted["fragment"] + counted["broken"]
    share = f"{100 * good / decided:.0f} %" if decided else "–"
    cells = [name, language or "all", str(counted.total()), share]
    return f"| {' | '.join([*cells, *(str(counted[one]) for one in SHOWN)])} |"


def main() -> None:
    heads = ["pack", "language", "blocks", "runs, of decided", *SHOWN]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    for source in ["builtin", *sys.argv[1:]]:
        told = prove(source)
        name = "ours" if source == "builtin" else "/".join(Path(source).parts[-2:])
        if isinstance(told, str):
            print(f"| {name} | {told} |", flush=True)
            continue
        for language in (None, "python"):
            print(row(name, told, language), flush=True)


if __name__ == "__main__":
    main()
