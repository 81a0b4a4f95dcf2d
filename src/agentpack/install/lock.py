"""The ledger: which files agentpack wrote, for which pack, as what, from which facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.pack import Origin

CLAUDE = ".claude"
STATE = ".agentpack"
"""The folder of the ledger below `.claude`."""

SCHEMA = 2


def digest(data: bytes) -> str:
    """The SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another: its digest and its executable bit."""

    sha256: str
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """An edit of the user's that was declared: what the file was then, and how it got there."""

    sha256: str | None
    """The digest of the file as accepted; `None`: that it is deleted was accepted."""
    executable: bool = False
    patch: str = ""
    """The digest of the patch from the pack's text to the user's, kept in `base`."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A conflict that waits for a person: what the pack wanted the file to be."""

    sha256: str
    executable: bool = False
    beside: str | None = None
    """Where the pack's text was laid, from the root; `None`: into the file, with markers."""


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A file as the pack had it when it was last written or merged."""

    sha256: str
    executable: bool = False
    adopted: Stamp | None = None
    """What was there before agentpack, identical to the pack's at that time."""
    accepted: Accepted | None = None
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class LockedFact:
    """A fact as it was used."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Installed:
    """What is installed of one pack."""

    version: str
    source: Origin
    target: str = "claude"
    whole: bool = False
    """Whether all of the pack is wanted, what it has later included."""
    agents: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, LockedFact] = field(default_factory=dict)
    files: Mapping[str, LockedFile] = field(default_factory=dict)
    """By path from the root of the project, or of the home for what is installed there."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What is installed in one place."""

    packs: Mapping[str, Installed] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    """The folders that agentpack made, from the root, outermost first."""
    own: tuple[str, ...] = ()
    """Agents and skills that no pack brought, and that were declared to be the project's own."""

    @property
    def files(self) -> dict[str, LockedFile]:
        """The files of all packs; no two packs have one path."""
        return {path: file for one in self.packs.values() for path, file in one.files.items()}

    @property
    def texts(self) -> set[str]:
        """The digests of all texts that are kept in `base`."""
        texts = set()
        for file in self.files.values():
            texts.add(file.sha256)
            if file.adopted:
                texts.add(file.adopted.sha256)
            if file.accepted:
                texts.add(file.accepted.patch)
            if file.pending:
                texts.add(file.pending.sha256)
        return texts

    def owner(self, path: str) -> str | None:
        """The name of the pack whose file `path` is."""
        return next((name for name, one in self.packs.items() if path in one.files), None)

    def dump(self) -> bytes:
        """The ledger as the JSON that is kept."""
        table = {"schema": SCHEMA, **asdict(self)}
        for pack in table["packs"].values():
            pack["files"] = {
                path: {key: value for key, value in file.items() if value not in (None, False)}
                for path, file in pack["files"].items()
            }
        return (json.dumps(table, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def load(path: Path) -> Lock | None:
    """Read the ledger at `path`; `None` where nothing is installed.

    A ledger of schema 1 is carried over: it says what it said, as schema 2 would.

    Raises:
        AgentpackError: it is there and cannot be understood.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"the ledger cannot be read: {error.strerror}"
        raise AgentpackError(message, path=path, mend=_MEND) from None
    return parse(data, path)


_MEND = "restore it from version control"


def parse(data: bytes, path: Path) -> Lock:
    """The ledger that `data` is; `path` is for the errors.

    Raises:
        AgentpackError: it cannot be understood.
    """
    try:
        table = json.loads(data)
    except ValueError as error:
        raise AgentpackError(f"the ledger cannot be read: {error}", path=path, mend=_MEND) from None
    schema = table.pop("schema", None) if isinstance(table, dict) else None
    if schema not in (1, SCHEMA):
        raise AgentpackError(
            "the ledger was written by another version", path=path, mend="upgrade agentpack"
        )
    try:
        return _lock(_carried_over(table) if schema == 1 else table)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise AgentpackError(f"the ledger is damaged: {error}", path=path, mend=_MEND) from None


def _lock(table: dict[str, Any]) -> Lock:
    packs = {name: _installed(one) for name, one in table["packs"].items()}
    own = tuple(table.get("own", ()))
    paths = [*own, *table["folders"], *(path for one in packs.values() for path in one.files)]
    for path in paths:
        require_inside(path)
    return Lock(packs, tuple(table["folders"]), own)


def require_inside(path: str) -> None:
    """Raise `ValueError` unless `path` is a plain relative path that stays below the root."""
    if not path or "\0" in path or any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError(f"{path!r} is no path inside the project")


def _installed(table: dict[str, Any]) -> Installed:
    return Installed(
        **{
            **table,
            "source": Origin(**table["source"]),
            "facts": {name: LockedFact(**fact) for name, fact in table["facts"].items()},
            "files": {path: _file(file) for path, file in table["files"].items()},
        }
    )


def _file(table: dict[str, Any]) -> LockedFile:
    kinds = {"adopted": Stamp, "accepted": Accepted, "pending": Pending}
    parts = {key: kind(**table[key]) for key, kind in kinds.items() if table.get(key)}
    return LockedFile(**{**table, **parts})


def _carried_over(table: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 knew one pack, by its folder, and files below `.claude` only."""
    source = table["source"]
    builtin = source == "builtin"
    files = {}
    for path, file in table["files"].items():
        stamp = {"sha256": file["sha256"], "executable": file["executable"]}
        adopted = {"adopted": stamp} if file["adopted"] else {}
        files[f"{CLAUDE}/{path}"] = {**stamp, **adopted}
    origin = {"kind": "builtin" if builtin else "folder", "location": "" if builtin else source}
    kept = {key: table[key] for key in ("version", "agents", "skills", "facts")}
    pack = {**kept, "source": origin, "files": files}
    return {"packs": {table["pack"]: pack}, "folders": table["folders"]}
