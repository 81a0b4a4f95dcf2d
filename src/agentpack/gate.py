"""What is about to be written, linted as it would stand: before any of it is written.

The files of a pack are read as Claude Code would read them, beside what the project's `.claude`
has already. A finding of severity `error` means that the client drops
an agent or a skill, or does something else than is written: then nothing is installed, unless
the user allows that rule by name. What the pack itself allows is not asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from agentpack.document import NEWEST, read
from agentpack.errors import AgentpackError
from agentpack.finding import Finding, Severity
from agentpack.install import File, Lock
from agentpack.lint.config import known
from agentpack.lint.look import look_at
from agentpack.lint.rule import load, names
from agentpack.lint.run import lint

_PARTS = ("agents", "skills")
_LARGEST = 2**20
_SHOWN = 3


def require_sound(
    root: Path | None,
    files: Mapping[str, File],
    allowed: Collection[str] = (),
    client: str = NEWEST,
) -> None:
    """Raise if an agent or skill would not do in `root` what is written in it.

    Args:
        root: the project; None: they are to stand alone.
        files: by path from `root`, such as `.claude/agents/x.md`.
        allowed: rules whose findings the user takes.

    Raises:
        AgentpackError: with the first findings, and how to take them.
    """
    for name in allowed:
        known(name)
    found = errors(root, files, client)
    refused = [finding for finding in found if finding.rule not in allowed]
    if not refused:
        return
    first = refused[0]
    rules = sorted({finding.rule for finding in refused})
    more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
    options = " ".join(f"--allow {rule}" for rule in rules[:_SHOWN])
    raise AgentpackError(
        f"{first.message} [{first.rule}]{more}",
        path=first.place.path,
        line=first.place.line,
        mend=f"nothing was written; to take it all the same: {options}"
        + (" …" if len(rules) > _SHOWN else ""),
    )


def errors(
    root: Path | None, files: Mapping[str, File], client: str = NEWEST
) -> tuple[Finding, ...]:
    """The errors in files that are about to be written below `root`, in the midst of the others."""
    texts = {**dict(_around(root, files)), **{path: file.data for path, file in files.items()}}
    scene = look_at(texts, {path for path, file in files.items() if file.executable}, client)
    rules = [rule for rule in map(load, names()) if rule.severity is Severity.ERROR]
    found = lint(scene, [rule for rule in rules if rule.default], allowances=False)
    return tuple(finding for finding in found if finding.place.path in files)


def _around(root: Path | None, files: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """What the project has: its agents, and of its skills what they are called."""
    if root is None:
        return
    for part in _PARTS:
        top = root / ".claude" / part
        for file in sorted(top.rglob("*.md")) if top.is_dir() else ():
            path = PurePosixPath(file.relative_to(root)).as_posix()
            wanted = part == "agents" or file.name == "SKILL.md"
            if wanted and path not in files and file.is_file() and file.stat().st_size <= _LARGEST:
                yield path, file.read_bytes()


def require_distinct(root: Path, files: Mapping[str, File], lock: Lock | None) -> None:
    """Raise if an agent that is to be written has the name of another file's.

    Claude Code loads one of the two, and nobody knows which.

    Raises:
        AgentpackError: with both files, and whose they are.
    """
    known: dict[str, str] = {}
    places: dict[str, str] = {}
    for path, data in (*_around(root, files), *((p, f.data) for p, f in files.items())):
        there = places.setdefault(path.casefold(), path)
        if there != path and path in files:
            raise AgentpackError(
                f"is one file with {there} where case is not told apart",
                path=path,
                mend="nothing was written; rename yours",
            )
        if not path.startswith(_AGENTS) or not path.endswith(".md"):
            continue
        name = read(data).text("name")
        if name is None:
            continue
        other = known.setdefault(name, path)
        if other != path and (path in files) != (other in files):
            whose = (lock.owner(other) if lock else None) or ""
            owner = f"the pack {whose!r}" if whose else "you"
            raise AgentpackError(
                f"the agent {name!r} is also in {other}, which {owner} put there",
                path=path,
                mend="nothing was written; install other agents, or rename one",
            )


_AGENTS = ".claude/agents/"
