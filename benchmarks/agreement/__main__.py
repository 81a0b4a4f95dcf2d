"""Whether roster, linter and the real Claude Code agree on public agents and skills.

    ./dev run python benchmarks/agreement FOLDER [FOLDER ...]

A FOLDER is a checkout with agents or skills anywhere in it. Every file below a folder `agents`
and every SKILL.md is copied, as it is, into projects' `.claude`; every plugin is copied with its
manifest, agents and skills. The client that `agentpack.client.find` finds (AGENTPACK_CLAUDE
names another) loads each, and every agent is launched. Nothing of the checkout is run: hooks
and servers are left out of plugins, and switched off in projects.

Then three questions:

- Does the roster say of every agent and skill what the model is told: name, description, tools,
  listed or not?
- Has every file that arrives *as written* no finding of severity error? What its author wrote is
  read here by another reader than the linter's: strict YAML, and where that fails, its lines.
- Has every file that does not arrive, or arrives as something else, one error for each fault?

Disagreements are printed below the table, and end it with exit code 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora import MANIFEST, Layout, layouts
from told import Client, ask
from written import faults_of_agent, faults_of_skill, meant

from agentpack import roster
from agentpack.client import Binary, find
from agentpack.finding import Severity
from agentpack.lint.look import look
from agentpack.lint.rule import Rule, load, names
from agentpack.lint.run import lint

AGENTPACK = str(Path(sys.executable).parent / "agentpack")


@dataclass(slots=True)
class Row:
    """What came out for one checkout."""

    name: str
    agents: int = 0
    skills: int = 0
    whole: int = 0
    """Files that arrive as written."""
    lost: int = 0
    """Files that do not, or not as written."""
    clean: int = 0
    """Of those that arrive as written, how many have no error."""
    told: int = 0
    """Of those that do not, how many have an error, and none too many."""
    crashed: bool = False
    notes: list[str] = field(default_factory=list)
    """Where they disagree."""


def measure(binary: Binary, folder: Path, rules: tuple[Rule, ...]) -> Row:
    """Everything about one checkout."""
    row = Row(folder.name, crashed=not survives(folder, rules))
    with tempfile.TemporaryDirectory(prefix="agentpack-agreement-") as place:
        for layout in layouts(folder, Path(place).resolve(), binary.version):
            client = ask(binary, layout)
            for root in layout.plugins or (layout.project,):
                judge(row, layout, root, client, rules)
    return row


def survives(folder: Path, rules: tuple[Rule, ...]) -> bool:
    """Whether all rules, those that are off too, come to an end over the checkout itself."""
    more = [f"--extend-select={rule.id}" for rule in rules if not rule.default]
    command = [AGENTPACK, "lint", str(folder), "--format", "json", *more]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode in {0, 1} and not run.stderr


def judge(row: Row, layout: Layout, root: Path, client: Client, rules: tuple[Rule, ...]) -> None:
    """Add one project or plugin, as it was loaded, to the row."""
    predicted = roster.read(root, client.version)
    seen = client.of(_plugin(root) if layout.plugins else "")
    ours = {agent.name: (agent.description, agent.told) for agent in predicted.agents}
    theirs = {name: (entry.description, entry.tools) for name, entry in seen.agents.items()}
    compare(row, "agent", ours, theirs)
    listed = {one.name: one.description if one.listed else None for one in predicted.skills}
    compare(row, "skill", listed, seen.skills)
    errors: dict[str, list[str]] = {}
    default = [rule for rule in rules if rule.default]
    for finding in lint(look(root, client.version), default):
        if finding.severity is Severity.ERROR:
            errors.setdefault(finding.place.path, []).append(finding.rule)
    row.agents += len(theirs)
    row.skills += len(seen.skills)
    called = {one.path: one.name for one in (*predicted.agents, *predicted.skills)}
    lost = {loss.path for loss in predicted.dropped}
    for path in sorted({*called, *lost}):
        if not (root / path).is_file():
            continue
        data = (root / path).read_bytes()
        if path.endswith("/SKILL.md"):
            faults = faults_of_skill(data, called.get(path, ""), seen)
        elif meant(data):
            log = [line for line in seen.log if str(root / path) in line]
            faults = faults_of_agent(data, called.get(path, ""), seen, log)
        else:
            continue
        count(row, layout.origin(root / path), faults, errors.get(path, []))


def _plugin(root: Path) -> str:
    try:
        return str(json.loads((root / MANIFEST).read_text())["name"])
    except (ValueError, LookupError, TypeError):
        return "(none)"


def compare(row: Row, what: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Note where prediction and client differ."""
    for name in sorted({*ours, *theirs}):
        mine, other = repr(ours.get(name, "nothing")), repr(theirs.get(name, "nothing"))
        if mine != other:
            pairs = enumerate(zip(mine, other, strict=False))
            start = max(0, next((at for at, (a, b) in pairs if a != b), 0) - 20)
            row.notes.append(
                f"{what} {name!r}: from character {start}, predicted "
                f"{mine[start : start + 80]}, client {other[start : start + 80]}"
            )


def count(row: Row, path: str, faults: list[str], errors: list[str]) -> None:
    """One file: what is wrong with what arrived, and the linter's errors."""
    if faults:
        row.lost += 1
        # A file may have two faults; no fault has two errors.
        told = 1 <= len(errors) <= len(faults)
        row.told += told
        if not told:
            row.notes.append(f"{path}: {'; '.join(faults)}, and the errors are {errors}")
    else:
        row.whole += 1
        row.clean += not errors
        if errors:
            row.notes.append(f"{path}: arrives as written, and the errors are {errors}")


def table(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as Markdown."""
    heads = ("checkout", "agents", "skills", "as written", "of these without error")
    heads += ("not as written", "of these with an error for each fault", "crash")
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield (
            f"| {row.name} | {row.agents} | {row.skills} | {row.whole} | {row.clean} "
            f"| {row.lost} | {row.told} | {'yes' if row.crashed else 'no'} |"
        )


def main(folders: list[str]) -> int:
    """Print the table."""
    binary = find()
    rules = tuple(load(name) for name in names())
    rows = [measure(binary, Path(folder).resolve(), rules) for folder in folders]
    print(f"Claude Code {binary.version}")
    print("\n".join(table(rows)))
    notes = [f"{row.name}: {note}" for row in rows for note in row.notes]
    print(*notes, sep="\n")
    return 1 if notes or any(row.crashed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
