"""A wheel as a tree. It is read as the zip file that it is, and nothing of it is imported."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack import bounds
from agentpack.pack.safety import require_inside
from agentpack.pack.tree import Entry

_STORED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Wheel:
    """The files of a wheel."""

    place: Path
    entries: Mapping[str, Entry]

    @property
    def name(self) -> str:
        """The distribution's name."""
        return self.place.name.split("-")[0]

    @property
    def version(self) -> str | None:
        """The distribution's version."""
        parts = self.place.name.split("-")
        return parts[1] if len(parts) > 1 else None

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Unpack files into memory, of each no more than the size that it states."""
        found: dict[str, bytes] = {}
        with _open(self.place) as archive:
            for path in paths:
                size = self.entries[path].size
                try:
                    with archive.open(path) as stream:
                        data = stream.read(size + 1)
                except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, ValueError) as error:
                    message = f"cannot be unpacked: {error}"
                    raise AgentpackError(message, path=f"{self.place}/{path}") from None
                if len(data) != size:
                    message = "is not as large as the wheel says"
                    raise AgentpackError(message, path=f"{self.place}/{path}")
                found[path] = data
        return found


def read(place: Path) -> Wheel:
    """List what is in a wheel.

    Raises:
        AgentpackError: it is no zip file, or one that could do harm.
    """
    with _open(place) as archive:
        infos = archive.infolist()
        if len(infos) > bounds.MOST_ENTRIES:
            raise AgentpackError(f"more than {bounds.MOST_ENTRIES:,} files", path=place)
        entries: dict[str, Entry] = {}
        for info in infos:
            # `filename` ends at a NUL; what the archive says does not.
            name = info.orig_filename
            require_inside(name.removesuffix("/"))
            if info.filename != name:
                raise AgentpackError(f"has an entry {name!r}", path=place)
            if info.is_dir():
                continue
            if name in entries:
                raise AgentpackError(f"has two files {name}", path=place)
            if info.compress_type not in _STORED or info.flag_bits & _ENCRYPTED:
                raise AgentpackError(f"packs {name} in a way that is not read here", path=place)
            entries[name] = _entry(info)
    return Wheel(place, dict(sorted(entries.items())))


def _entry(info: zipfile.ZipInfo) -> Entry:
    mode = info.external_attr >> 16
    executable = bool(mode & stat.S_IXUSR)
    if stat.S_ISLNK(mode):
        return Entry("symbolic link", info.file_size)
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return Entry("special file", info.file_size)
    return Entry("file", info.file_size, executable)


def _open(place: Path) -> zipfile.ZipFile:
    try:
        if place.stat().st_size > bounds.LARGEST_WHEEL:
            limit = bounds.megabytes(bounds.LARGEST_WHEEL)
            raise AgentpackError(f"a wheel of more than {limit}", path=place)
        return zipfile.ZipFile(place)
    except FileNotFoundError:
        raise AgentpackError("no such wheel to install from", path=place) from None
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise AgentpackError(f"is no wheel: {error}", path=place) from None
