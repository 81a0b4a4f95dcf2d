"""The ledger: which files agentpack wrote, as what, from which facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError

STATE = ".agentpack"
"""The folder of the ledger below `.claude`."""

SCHEMA = 1


def digest(data: bytes) -> str:
    """The SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A file as agentpack last wrote it; an adopted one was there before, identical."""

    sha256: str
    executable: bool = False
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class LockedFact:
    """A fact as it was used."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Lock:
    """What is installed of one pack."""

    pack: str
    version: str
    source: str
    """Where the pack came from: `builtin`, or its folder as seen from the project."""
    agents: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, LockedFact] = field(default_factory=dict)
    files: Mapping[str, LockedFile] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    """The folders that agentpack made, from the project's root, outermost first."""

    def dump(self) -> bytes:
        """The ledger as the JSON that is kept."""
        table = {"schema": SCHEMA, **asdict(self)}
        return (json.dumps(table, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def load(path: Path) -> Lock | None:
    """Read the ledger at `path`; `None` where nothing is installed.

    Raises:
        AgentpackError: it is there and cannot be understood.
    """
    mend = "restore it from version control"
    try:
        table = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise AgentpackError(f"the ledger cannot be read: {error}", path=path, mend=mend) from None
    if not isinstance(table, dict) or table.pop("schema", None) != SCHEMA:
        raise AgentpackError(
            "the ledger was written by another version", path=path, mend="upgrade agentpack"
        )
    try:
        return Lock(
            **{
                **table,
                "facts": {name: LockedFact(**fact) for name, fact in table["facts"].items()},
                "files": {name: LockedFile(**file) for name, file in table["files"].items()},
                "folders": tuple(table["folders"]),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise AgentpackError(f"the ledger is damaged: {error}", path=path, mend=mend) from None
