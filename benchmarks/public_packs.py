"""Public packs, installed, loaded in the real client, updated under an edit, and taken away.

    ./dev run python benchmarks/public_packs.py REPOSITORY[#PLUGIN]...

Each repository is a clone or a bare one on this disk, with its history. Of the commits that
touched the pack the newest is the new version, and the one so many before it that something of
the pack differs is the old one. In a throwaway project that has an agent of its own: install the
old one, verify, write a line into a file that the new one changes, update, verify, take the line
out again, uninstall. Nothing of a pack is kept.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

OURS = str(Path(sys.executable).parent / "agentpack")
MINE = "A line of the user's own.\n"
OWN = "---\nname: mine\ndescription: Mine. Use it.\n---\nMine.\n"
BACK = (1, 3, 10, 30, 60, 100, 200, 300, 600, 1000, 1500)


class FailedError(Exception):
    """A step that did not do what it must."""


@dataclass
class Trial:
    """One pack in one throwaway project."""

    repository: Path
    plugin: str
    home: Path
    project: Path
    allowed: tuple[str, ...] = ()

    def agentpack(self, *arguments: str) -> tuple[int, Any, str]:
        """Exit code, what the JSON says, and the errors."""
        environment = {**os.environ, "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)}
        run = subprocess.run(
            [OURS, *arguments, "--format", "json"],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if run.returncode not in {0, 1, 2}:
            raise FailedError(f"{arguments[0]}: exit {run.returncode}: {run.stderr[-300:]}")
        return run.returncode, json.loads(run.stdout or "{}"), run.stderr.strip()

    def install(self, commit: str) -> tuple[int, dict[str, str]]:
        """Install a commit, with the rules allowed that it would be refused for; the changes."""
        source = f"{self.repository}@{commit}{self.plugin}"
        for _ in range(9):
            options = [part for rule in self.allowed for part in ("--allow", rule)]
            code, told, said = self.agentpack("install", "--from", source, *options)
            named = re.findall(r"--allow ([\w-]+)", said)
            if code < 2 or not named:  # noqa: PLR2004 - the code for: cannot run
                break
            self.allowed += tuple(named)
        if code == 2:  # noqa: PLR2004
            raise FailedError(said)
        return code, {change["path"]: change["action"] for change in told["changes"]}

    def verify(self) -> str:
        """What the real client makes of the project."""
        _, told, said = self.agentpack("verify")
        if not told:
            raise FailedError(f"verify: {said}")
        parts = [*told["agents"], *told["skills"]]
        loaded = sum(part["loaded"] for part in parts)
        why = "".join(f"; {one['path']}: {one['reason']}" for one in told["failures"])
        return f"{loaded} of {len(parts)} load{why}"

    def tree(self) -> dict[str, bytes]:
        """Every file of the project."""
        return {
            path.relative_to(self.project).as_posix(): path.read_bytes()
            for path in self.project.rglob("*")
            if path.is_file()
        }


def commits(repository: Path) -> Iterator[str]:
    """The default branch's first parents, the newest first."""
    command = ["git", "-C", str(repository), "rev-list", "--first-parent", "-n", "2000", "HEAD"]
    yield from subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def pick(trial: Trial) -> tuple[str, str, str]:
    """The old commit, the new one, and a page that differs between them and is in both."""
    known = list(commits(trial.repository))
    _, new = known[0], pages(trial, known[0])
    for at in (back for back in BACK if back < len(known)):
        try:
            old = pages(trial, known[at])
        except FailedError:
            continue
        changed = [path for path in old if path in new and old[path] != new[path]]
        manuals = [path for path in changed if path.endswith((".md", ".py"))]
        if manuals:
            return known[at], known[0], max(manuals, key=lambda path: len(old[path]))
    raise FailedError("no two commits between which the pack differs")


def pages(trial: Trial, commit: str) -> dict[str, bytes]:
    """What a commit's pack has, as it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        one = Trial(trial.repository, trial.plugin, trial.home, Path(folder), trial.allowed)
        one.install(commit)
        trial.allowed = one.allowed
        return {p: d for p, d in one.tree().items() if not p.startswith(".claude/.agentpack")}


def edited(old: str, new: str) -> str:
    """The old text with a line in the middle of the longest part that does not change."""
    lines = old.splitlines(keepends=True)
    # Not into the frontmatter, where a line of prose would undo the skill.
    head = lines.index("---\n", 1) + 1 if lines[0] == "---\n" else 0
    same = SequenceMatcher(None, lines, new.splitlines(keepends=True), autojunk=False)
    block = same.find_longest_match(head)
    lines.insert(block.a + block.size // 2, MINE)
    return "".join(lines)


def run(trial: Trial) -> Iterator[tuple[str, str]]:
    """Every step, with what came of it."""
    (trial.project / ".claude/agents").mkdir(parents=True)
    (trial.project / ".claude/agents/mine.md").write_text(OWN)
    before = trial.tree()
    old, new, page = pick(trial)
    yield "versions", f"{old[:12]} to {new[:12]}"
    start = time.perf_counter()
    _, changes = trial.install(old)
    yield "install", f"{len(changes)} files in {time.perf_counter() - start:.2f} s"
    yield "verify", trial.verify()
    file = trial.project / page
    original = file.read_text()
    file.write_text(edited(original, pages(trial, new)[page].decode()))
    start = time.perf_counter()
    code, changes = trial.install(new)
    actions = sorted(changes.values())
    counts = ", ".join(f"{actions.count(a)} {a}" for a in sorted(set(actions)))
    yield "update", f"{counts} in {time.perf_counter() - start:.2f} s, exit {code}"
    if MINE not in file.read_text():
        raise FailedError(f"the edit of {page} is lost")
    merged = changes.get(page.removeprefix(".claude/")) == "merge"
    yield "the edit", f"{'merged' if merged else 'kept, as a conflict'} in {page}"
    yield "verify again", trial.verify()
    if code == 0:
        file.write_text(file.read_text().replace(MINE, "", 1))
    else:
        trial.agentpack("resolve", page, "--pack")
    trial.agentpack("uninstall")
    after = trial.tree()
    if after != before:
        other = sorted(path for path in {*after, *before} if after.get(path) != before.get(path))
        raise FailedError(f"uninstall left another tree: {other[:5]}")
    yield "uninstall", "the tree as before"


def main() -> int:
    failed = 0
    for argument in sys.argv[1:]:
        place, _, plugin = argument.partition("#")
        print(
            f"\n{Path(place).parent.name if place.endswith('/repo') else Path(place).name}"
            f"{'#' + plugin if plugin else ''}",
            flush=True,
        )
        with tempfile.TemporaryDirectory() as folder:
            home, project = Path(folder) / "home", Path(folder) / "project"
            home.mkdir()
            project.mkdir()
            trial = Trial(Path(place), f"#{plugin}" if plugin else "", home, project)
            try:
                for step, result in run(trial):
                    print(f"  {step:13} {result}", flush=True)
            except FailedError as why:
                failed += 1
                print(f"  FAILED        {why}")
            if trial.allowed:
                print(f"  allowed       {', '.join(trial.allowed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
