"""Which version of a package a file's project has: installed, else locked, else declared.

Where nothing pins a version, the newest that the declaration allows is meant: it is what the next
install brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from agentpack.project.tree import parents

_CARET = re.compile(r"^[\^~]\s*(?P<version>\d+(?:\.\d+)*)")


class Versions:
    """What is known of the packages of a tree.

    Args:
        pinned: by folder, the versions that are installed or locked.
        declared: by folder, the specifiers that manifests write.
    """

    def __init__(
        self,
        pinned: Mapping[str, Mapping[str, Version]],
        declared: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._pinned, self._declared = pinned, declared

    def pinned(self, package: str, path: str) -> Version | None:
        """The version that is installed or locked for a file, or None."""
        for folder in parents(path):
            if package in self._pinned.get(folder, ()):
                return self._pinned[folder][package]
        return None

    def known(self, package: str, path: str) -> bool:
        """Whether the project of a file declares or has a package."""
        return any(
            package in self._declared.get(folder, ()) or package in self._pinned.get(folder, ())
            for folder in parents(path)
        )

    def reaches(self, package: str, floor: str, path: str) -> bool:
        """Whether a file's project has this version of a package or a newer one, or may get it."""
        version = self.pinned(package, path)
        if version is not None:
            return version >= Version(floor)
        for folder in parents(path):
            if package in self._declared.get(folder, ()):
                return _allows(self._declared[folder][package], floor)
        return True


def specifiers(wanted: str) -> SpecifierSet | None:
    """A requirement's versions, in pip's language or Poetry's; None if they are in neither."""
    caret = _CARET.match(wanted)
    if caret and not wanted.startswith("~="):
        version = Version(caret["version"])
        release = list(version.release)
        place = 0
        if wanted[0] == "^":
            while place < len(release) - 1 and release[place] == 0:
                place += 1
        else:
            place = min(1, len(release) - 1)
        above = [*release[:place], release[place] + 1]
        return SpecifierSet(f">={version},<{'.'.join(map(str, above))}")
    try:
        return SpecifierSet(f"=={wanted}" if wanted[:1].isdigit() else wanted)
    except InvalidSpecifier:
        return None


def _allows(wanted: str, floor: str) -> bool:
    """Whether some version from `floor` on is allowed."""
    found = specifiers(wanted)
    if found is None:
        return True
    least = Version(floor)
    for one in found:
        try:
            bound = Version(one.version.removesuffix(".*"))
        except InvalidVersion:
            continue
        exact = one.operator in {"==", "==="}
        prefix = one.version.endswith(".*")
        if exact and prefix and bound.release > least.release[: len(bound.release)]:
            continue
        if exact and prefix and bound.release == least.release[: len(bound.release)]:
            continue
        if exact and bound < least:
            return False
        if one.operator == "<" and bound <= least:
            return False
        if one.operator == "<=" and bound < least:
            return False
        if one.operator == "~=" and not _compatible(bound, least):
            return False
    return True


def _compatible(bound: Version, least: Version) -> bool:
    """Whether `~= bound` reaches `least`."""
    kept = bound.release[:-1]
    return bound >= least or least.release[: len(kept)] <= kept


def newest(found: Iterable[tuple[str, str]]) -> dict[str, Version]:
    """Of each package the newest of the versions that are written for it."""
    versions: dict[str, Version] = {}
    for name, text in found:
        for version in _version(text):
            if name not in versions or versions[name] < version:
                versions[name] = version
    return versions


def _version(text: str) -> Iterator[Version]:
    try:
        yield Version(text)
    except InvalidVersion:
        return
