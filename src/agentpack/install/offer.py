"""What a pack has for a project, as rendered: where it came from is no matter here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentpack.install.lock import Installed, Stamp, digest


@dataclass(frozen=True, slots=True)
class File:
    """A file's bytes, and whether it can be executed."""

    data: bytes
    executable: bool = False

    @property
    def stamp(self) -> Stamp:
        """What the ledger keeps of it."""
        return Stamp(digest(self.data), self.executable)


@dataclass(frozen=True, slots=True)
class Offer:
    """A pack as it would be installed now."""

    name: str
    installed: Installed
    """What the ledger is to say of it; the files are not filled in yet."""
    files: Mapping[str, File]
    """By path from the root."""
