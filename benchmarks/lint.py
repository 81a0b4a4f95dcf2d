"""What linting costs, beside the least it could: reading the files and parsing their YAML.

    ./dev run python benchmarks/lint.py [FILES]

Makes a tree of that many files (10,000: 58 MB; half agents, half skills), then runs, each as
a process of its own: the floor (read, cut, CSafeLoader) and `agentpack lint` with all default
rules, in turn and the best of three, the same on twice the files, and a repository of 20 files
beside `python -c pass`. Peers that are on the PATH run once on the same tree; of these agnix
takes minutes.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

FLOOR = """
import sys, yaml
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.md"):
    text = path.read_bytes().decode()
    yaml.load(text.split("---", 2)[1], Loader=yaml.CSafeLoader)
"""
AGENTPACK = str(Path(sys.executable).parent / "agentpack")
PEERS = (
    ("skilllint", ("check", "{}")),
    ("skillsaw", ("lint", "{}")),
    ("cclint", ("--root", "{}")),
    ("claudelint", ("check-all",)),
    ("agnix", ("{}",)),
)
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
    """About 5.6 kB: headings, prose, a list, a link and two blocks of code."""
    parts = [
        f"## Part {number}\n\n{prose(rng, 132)}\n\n- `{rng.choice(WORDS)}`: {prose(rng, 9)}"
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


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    cpu: float
    wall: float
    peak: float
    code: int


def cost(command: list[str], folder: Path | None = None) -> Cost:
    """Run once; seconds, and megabytes at most, of the process and those that it started."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, process.returncode)


def show(name: str, found: Cost, floor: Cost | None = None) -> None:
    ratio = f"{found.cpu / floor.cpu:7.2f} x floor" if floor else ""
    figures = f"{found.cpu:7.2f} s CPU {found.wall:7.2f} s wall {found.peak:5.0f} MB"
    print(f"{name:24} {figures}  exit {found.code} {ratio}", flush=True)


def best(*commands: list[str]) -> list[Cost]:
    """The cheapest of three runs of each; they run in turn, so that all meet the same machine."""
    runs = [[cost(command) for command in commands] for _ in range(3)]
    return [min(several, key=lambda one: one.cpu) for several in zip(*runs, strict=True)]


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        once, twice, small = (Path(folder) / name for name in ("once", "twice", "small"))
        make(once, files)
        make(twice, 2 * files)
        make(small, 20)
        floor, ours, double = best(
            [sys.executable, "-c", FLOOR, str(once)],
            [AGENTPACK, "lint", str(once)],
            [AGENTPACK, "lint", str(twice)],
        )
        show(f"floor, {files} files", floor)
        show(f"agentpack lint, {files}", ours, floor)
        show(f"agentpack lint, {2 * files}", double)
        print(f"{'twice the files':24} {double.cpu / ours.cpu:7.2f} x")
        for peer, options in PEERS:
            if shutil.which(peer):
                words = [option.format(once) for option in options]
                show(peer, cost([peer, *words], once), floor)
        nothing, little = [sys.executable, "-c", "pass"], [AGENTPACK, "lint", str(small)]
        pairs = [(cost(nothing).wall, cost(little).wall) for _ in range(31)]
        ratio = median(lint / python for python, lint in pairs)
        wall = median(lint for _, lint in pairs)
        print(f"{'20 files':24} {wall * 1000:7.1f} ms wall = {ratio:.2f} x python -c pass")


main()
