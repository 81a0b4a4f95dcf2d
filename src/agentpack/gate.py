"""What is about to be written, linted as it would stand: before any of it is written.

The files of a pack are laid out in a folder of their own beside what the project's `.claude` has
already, and read as Claude Code would. A finding of severity `error` means that the client drops
an agent or a skill, or does something else than is written: then nothing is installed, unless
the user allows that rule by name. What the pack itself allows is not asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

from agentpack.document import NEWEST
from agentpack.errors import AgentpackError
from agentpack.finding import Finding, Severity
from agentpack.lint.config import known
from agentpack.lint.look import look
from agentpack.lint.rule import load, names
from agentpack.lint.run import lint
from agentpack.render import Rendered

_PARTS = ("agents", "skills")
_LARGEST = 2**20
_SHOWN = 3


def require_sound(
    root: Path | None,
    rendered: Iterable[Rendered],
    allowed: Collection[str] = (),
    client: str = NEWEST,
) -> None:
    """Raise if an agent or skill would not do in `root` what is written in it.

    Args:
        root: the project; None: they are to stand alone.
        rendered: by path from `root`, such as `.claude/agents/x.md`.
        allowed: rules whose findings the user takes.

    Raises:
        AgentpackError: with the first findings, and how to take them.
    """
    for name in allowed:
        known(name)
    found = errors(root, rendered, client)
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
    root: Path | None, rendered: Iterable[Rendered], client: str = NEWEST
) -> tuple[Finding, ...]:
    """The errors in files that are about to be written below `root`, in the midst of the others."""
    files = {file.path: file for file in rendered}
    with tempfile.TemporaryDirectory(prefix="agentpack-lint-") as folder:
        stage = Path(folder)
        for path, data in (*_around(root, files), *((p, f.data) for p, f in files.items())):
            place = stage / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            if path in files and files[path].executable:
                place.chmod(0o755)
        rules = [rule for rule in map(load, names()) if rule.severity is Severity.ERROR]
        found = lint(
            look(stage, client), [rule for rule in rules if rule.default], allowances=False
        )
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
