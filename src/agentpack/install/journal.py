"""What is to be done to a project, as it is written down before the first file is touched.

The journal and every new text lie in the stage. Once `journal.json` stands there, the work is
carried to its end, now or by the next command; until then nothing was changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.install.lock import Stamp, require_inside
from agentpack.install.target import STAGE

NAME = "journal.json"
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One file: what was there, and what is to be there."""

    path: str
    before: Stamp | None
    after: Stamp | None
    staged: str | None = None
    """The name in the stage of what is to be there."""


@dataclass(frozen=True, slots=True)
class Journal:
    """Everything that is to be done, in the order in which it is done."""

    steps: tuple[Step, ...] = ()
    make: tuple[str, ...] = ()
    """Folders to make, outermost first."""
    drop: tuple[str, ...] = ()
    """Folders to remove if they are empty then, innermost first."""
    texts: tuple[tuple[str, str], ...] = ()
    """Texts for the ledger: digest, and name in the stage."""
    forget: tuple[str, ...] = ()
    """Digests of texts that the ledger no longer needs."""
    lock: str | None = None
    """The name of the new ledger in the stage; `None`: there is to be none."""

    def dump(self) -> bytes:
        """The journal as it is kept."""
        return json.dumps({"schema": _SCHEMA, **asdict(self)}).encode()


def parse(data: bytes, path: Path) -> Journal:
    """The journal that `data` is.

    Raises:
        AgentpackError: it is none of ours, or leads out of the project.
    """
    try:
        table = json.loads(data)
        _require_known(table.pop("schema"))
        journal = Journal(
            tuple(_step(step) for step in table["steps"]),
            tuple(table["make"]),
            tuple(table["drop"]),
            tuple((sha256, staged) for sha256, staged in table["texts"]),
            tuple(table["forget"]),
            table["lock"],
        )
        _require_sound(journal)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AgentpackError(
            f"the journal of an interrupted run is damaged: {error}",
            path=path,
            mend=f"compare your files with version control, and remove {STAGE}",
        ) from None
    return journal


def _step(table: dict[str, Any]) -> Step:
    stamps = {key: Stamp(**table[key]) if table[key] else None for key in ("before", "after")}
    return Step(table["path"], stamps["before"], stamps["after"], table["staged"])


def _require_known(schema: Any) -> None:
    if schema != _SCHEMA:
        raise ValueError("it was written by another version")


def _require_sound(journal: Journal) -> None:
    for path in (*(step.path for step in journal.steps), *journal.make, *journal.drop):
        require_inside(path)
    for name in _names(journal):
        if not name.isalnum():
            raise ValueError(f"{name!r} is no name of a staged file")


def _names(journal: Journal) -> Iterator[str]:
    yield from (step.staged for step in journal.steps if step.staged is not None)
    for text in journal.texts:
        yield from text
    yield from journal.forget
    if journal.lock is not None:
        yield journal.lock
