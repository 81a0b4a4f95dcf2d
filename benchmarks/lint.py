"""What linting costs, beside the least it could: reading the files and parsing their YAML.

    ./dev run python benchmarks/lint.py [FILES]

Makes a tree of that many files (10,000: 58 MB; half agents, half skills), then runs, each as
a process of its own: the floor (read, cut, CSafeLoader), `agentpack lint` with all default
rules, the same on twice the files, and a repository of 20 files beside `python -c pass`.
Peers that are on the PATH (agnix, skilllint, cclint) run on the same tree.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOOR = """
import sys, yaml
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.md"):
    text = path.read_bytes().decode()
    yaml.load(text.split("---", 2)[1], Loader=yaml.CSafeLoader)
"""
AGENTPACK = str(Path(sys.executable).parent / "agentpack")
WORDS = (
    *("review", "the", "code", "of", "a", "service", "and", "its", "tests", "before", "it"),
    *("is", "released", "to", "users", "who", "depend", "on", "endpoints", "queries", "models"),
    *("schemas", "migrations", "retries", "timeouts", "logs", "metrics", "documentation"),
)


def prose(rng: random.Random, words: int) -> str:
    """Sentences of a length that people write."""
    text = " ".join(rng.choice(WORDS) for _ in range(words))
    return "\n".join(text[at : at + 90] for at in range(0, len(text), 90))


def body(rng: random.Random) -> str:
    """About 5.4 kB: headings, prose, a list, a link and two blocks of code."""
    parts = [
        f"## Part {number}\n\n{prose(rng, 90)}\n\n- `{rng.choice(WORDS)}`: {prose(rng, 9)}"
        for number in range(6)
    ]
    parts += [
        "```python\nfrom fastapi import FastAPI\n\napp = FastAPI()\n```",
        '```json\n{"status": "ok", "items": [1, 2, 3]}\n```',
    ]
    return "\n\n".join(parts) + "\n"


def make(root: Path, files: int) -> None:
    """A tree of `files` agents and skills with no fault but their number."""
    rng = random.Random(files)
    for number in range(files):
        name = f"part-{number}"
        what = prose(rng, 12).splitlines()[0]
        head = f"name: {name}\ndescription: Does {what}. Use when it is due.\n"
        if number % 2:
            path = root / f".claude/agents/{name}.md"
            head += "tools: Read, Grep, Bash\nmodel: sonnet\n"
        else:
            path = root / f".claude/skills/{name}/SKILL.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{head}---\n\n# {name}\n\n{body(rng)}")


def measure(name: str, command: list[str], floor: float | None = None) -> float:
    """Run once and print CPU, wall, peak memory; the CPU seconds."""
    before, start = os.times(), time.perf_counter()
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    wall, after = time.perf_counter() - start, os.times()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    ratio = f"{cpu / floor:6.2f} x floor" if floor else ""
    figures = f"{cpu:7.2f} s CPU {wall:7.2f} s wall {peak:6.0f} MB"
    print(f"{name:30} {figures}  exit {run.returncode} {ratio}")
    return cpu


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        once, twice, small = (Path(folder) / name for name in ("once", "twice", "small"))
        make(once, files)
        make(twice, 2 * files)
        make(small, 20)
        floor = measure(f"floor, {files} files", [sys.executable, "-c", FLOOR, str(once)])
        ours = measure(f"agentpack lint, {files}", [AGENTPACK, "lint", str(once)], floor)
        double = measure(f"agentpack lint, {2 * files}", [AGENTPACK, "lint", str(twice)])
        print(f"{'twice the files':30} {double / ours:7.2f} x")
        for peer, options in (("agnix", []), ("skilllint", ["check"]), ("cclint", [])):
            if shutil.which(peer):
                measure(peer, [peer, *options, str(once)], floor)
        walls = []
        for command in ([sys.executable, "-c", "pass"], [AGENTPACK, "lint", str(small)]):
            times = []
            for _ in range(15):
                start = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
                times.append(time.perf_counter() - start)
            walls.append(sorted(times)[7])
        ratio = f"{walls[1] / walls[0]:.2f} x python -c pass"
        print(f"{'20 files, wall':30} {walls[1] * 1000:7.1f} ms = {ratio}")


main()
