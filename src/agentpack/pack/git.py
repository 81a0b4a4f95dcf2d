"""A commit of a git repository as a tree.

The repository is fetched into a bare one of ours and read object by object. Nothing is ever
checked out: so there are no hooks, no filters, no links and no submodules to follow, and of the
repository's own configuration nothing is read. The git command itself is the user's, with the
user's configuration, which is where credentials and proxies are.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack import bounds, versions
from agentpack.pack.command import git
from agentpack.pack.tree import Entry, EntryKind

_KINDS: Mapping[str, EntryKind] = {
    "100644": "file",
    "100664": "file",
    "100755": "file",
    "120000": "symbolic link",
    "160000": "submodule",
}
_SUBMODULE = "160000"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a repository that was fetched."""

    name: str
    repository: Path
    commit: str
    entries: Mapping[str, Entry]
    objects: Mapping[str, str]
    version: str | None

    @property
    def place(self) -> Path:
        """What stands before a path: the repository's name and the commit's."""
        return Path(f"{self.name}@{self.commit[:12]}")

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Read blobs as they are in the commit, without any filter."""
        wanted = list(paths)
        asked = "".join(f"{self.objects[path]}\n" for path in wanted).encode()
        answer = git(["cat-file", "--batch"], self.repository, str(self.place), given=asked)
        found: dict[str, bytes] = {}
        start = 0
        for path in wanted:
            end = answer.index(b"\n", start)
            head = answer[start:end].split()
            size = self.entries[path].size
            if head[1:] != [b"blob", str(size).encode()]:
                raise AgentpackError("has no such blob", path=self.place / path)
            found[path] = answer[end + 1 : end + 1 + size]
            start = end + size + 2
        return found


def resolve(location: str, ref: str | None) -> tuple[str, str | None]:
    """The commit that a ref stands for now, and the version that it names.

    Args:
        ref: a tag, a branch, a commit or a range of versions over the tags; None: the default.

    Raises:
        AgentpackError: there is no such repository or ref.
    """
    if ref is not None and _COMMIT.fullmatch(ref):
        return ref, None  # it may be in the cache: nobody is asked
    refs = _refs(location)
    if ref is None:
        if "HEAD" not in refs:
            raise AgentpackError("the repository has no default branch", path=location)
        return refs["HEAD"], _tagged(refs, refs["HEAD"])
    for name in (f"refs/tags/{ref}", f"refs/heads/{ref}", ref):
        if name in refs:
            commit = refs.get(f"{name}^{{}}", refs[name])
            return commit, ref if "tags" in name else _tagged(refs, commit)
    tags = [name.removeprefix("refs/tags/") for name in refs if name.startswith("refs/tags/")]
    if versions.is_range(ref):
        tag = versions.highest(ref, tags)
        if tag is not None:
            return refs.get(f"refs/tags/{tag}^{{}}", refs[f"refs/tags/{tag}"]), tag
        newest = versions.highest("*", tags)
        known = f"the newest is {newest}" if newest else "it has no tags that are versions"
        raise AgentpackError(f"no tag is in the range {ref!r}", path=location, mend=known)
    raise AgentpackError(f"no tag, branch or commit {ref!r}", path=location)


def read(location: str, commit: str, version: str | None, cache: Path) -> Commit:
    """The tree of a commit, fetched unless it is in the cache.

    Raises:
        AgentpackError: it cannot be had, or is too large.
    """
    repository = cache / "git" / f"{sha256(location.encode()).hexdigest()[:24]}-{commit}"
    if not repository.is_dir():
        _fetch(location, commit, repository)
    entries, objects = _listed(repository, commit, location)
    called = re.split(r"[/:]", location.rstrip("/"))[-1].removesuffix(".git")
    named = _version(repository, version)
    named = named.removeprefix("v") if named else f"0.0.0+{commit[:12]}"
    return Commit(called, repository, commit, entries, objects, named)


def _listed(
    repository: Path, commit: str, location: str
) -> tuple[dict[str, Entry], dict[str, str]]:
    """The files of a commit, and the object of each."""
    command = ["ls-tree", "-r", "-z", "--full-tree", f"{commit}^{{commit}}"]
    listing = git(command, repository, location, most=bounds.LARGEST_LISTING)
    lines = listing.split(b"\0")[:-1]
    if len(lines) > bounds.MOST_ENTRIES:
        raise AgentpackError(f"more than {bounds.MOST_ENTRIES:,} files", path=location)
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        head, _, raw = line.partition(b"\t")
        mode, _, name = head.decode().split()
        found[raw.decode(errors="surrogateescape")] = (mode, name)
    # Asked once for each object: `ls-tree --long` asks for each path.
    names = sorted({name for mode, name in found.values() if mode != _SUBMODULE})
    asked = "".join(f"{name}\n" for name in names).encode()
    command = ["cat-file", "--batch-check=%(objectsize)"]
    told = git(command, repository, location, asked, bounds.LARGEST_LISTING).split()
    if len(told) != len(names):
        raise AgentpackError("the repository lacks some of its objects", path=location)
    sizes = dict(zip(names, map(int, told), strict=True))
    entries = {
        path: Entry(_KINDS.get(mode, "special file"), sizes.get(name, 0), mode == "100755")
        for path, (mode, name) in sorted(found.items())
    }
    return entries, {path: name for path, (_, name) in found.items()}


def _version(repository: Path, version: str | None) -> str | None:
    """The version that a commit has by its tags: of one in the cache, what it had when fetched."""
    note = repository / "agentpack-version"
    if version is not None:
        # In a cache that may only be read, the ref is enough.
        with suppress(OSError):
            note.write_text(version, encoding="utf-8")
        return version
    return note.read_text(encoding="utf-8") if note.exists() else None


def _refs(location: str) -> dict[str, str]:
    """What the remote offers, from name to object, `^{}` behind a tag's name for its commit."""
    command = ["ls-remote", "--", location]
    answer = git(command, None, location, most=bounds.LARGEST_LISTING)
    refs: dict[str, str] = {}
    for line in answer.decode(errors="replace").splitlines():
        name, _, ref = line.partition("\t")
        if _COMMIT.fullmatch(name) and ref:
            refs[ref] = name
    if not refs:
        raise AgentpackError("the repository is empty", path=location)
    return refs


def _tagged(refs: Mapping[str, str], commit: str) -> str | None:
    """The highest version among the tags of a commit."""
    tags = [
        ref.removeprefix("refs/tags/").removesuffix("^{}")
        for ref, found in refs.items()
        if found == commit and ref.startswith("refs/tags/")
    ]
    return versions.highest("*", tags)


def _fetch(location: str, commit: str, repository: Path) -> None:
    """Fetch one commit, without its history, beside the cache's place for it, and move it there."""
    try:
        repository.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made: {error.strerror}"
        raise AgentpackError(message, path=repository.parent, mend="set XDG_CACHE_HOME") from None
    with tempfile.TemporaryDirectory(dir=repository.parent, prefix=".fetch-") as folder:
        bare = Path(folder) / "bare"
        git(["init", "--quiet", "--bare", "--template=", "--", str(bare)], None, location)
        options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"]
        command = ["fetch", *options, "--depth=1", "--", location, commit]
        try:
            git(command, bare, location)
        except AgentpackError:
            # An old server gives only what a branch or a tag points to.
            everything = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
            git(["fetch", *options, "--", location, *everything], bare, location)
            git(["cat-file", "-e", f"{commit}^{{commit}}"], bare, location)
        try:
            bare.rename(repository)
        except OSError:
            # Another run was quicker, which is as well.
            if not repository.is_dir():
                raise
