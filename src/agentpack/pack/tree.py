"""What every source looks like to the rest: entries by path, none of them followed or run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

EntryKind = Literal["file", "symbolic link", "submodule", "special file"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is no folder."""

    kind: EntryKind
    size: int = 0
    """In bytes, as its source states it; what is read is held against it."""
    executable: bool = False


class Tree(Protocol):
    """A folder, a commit or a wheel."""

    @property
    def name(self) -> str:
        """What the place is called: the folder's, the repository's or the distribution's name."""

    @property
    def version(self) -> str | None:
        """The version that the place states by itself: a tag's, a wheel's."""

    @property
    def place(self) -> Path:
        """Where it is, for what is said of it."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All that is in it, by its path from the root, with `/`."""

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of these files.

        Raises:
            AgentpackError: one cannot be read, or has another size than was stated.
        """
