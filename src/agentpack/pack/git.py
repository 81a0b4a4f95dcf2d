"""A commit of a git repository as a tree.

The repository is fetched into a bare one of ours and read object by object. Nothing is ever
checked out: so there are no hooks, no filters, no links and no submodules to follow, and of the
repository's own configuration nothing is read. The git command itself is the user's, with the
user's configuration, which is where credentials and proxies are.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack import bounds, versions
from agentpack.pack.safety import printable
from agentpack.pack.tree import Entry, EntryKind

_KINDS: Mapping[str, EntryKind] = {
    "100644": "file",
    "100664": "file",
    "100755": "file",
    "120000": "symbolic link",
    "160000": "submodule",
}
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SECONDS = 300
_MEMORY = 4 << 30
# How to reach a repository; all else that git takes from the environment says where one is.
_KEPT = ("GIT_SSH", "GIT_SSL", "GIT_ASKPASS", "GIT_PROXY", "GIT_CONFIG_")
_SAFE = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.alternateRefsCommand="),
    *("-c", "protocol.version=2"),
    *("-c", "transfer.fsckObjects=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "credential.interactive=false"),
)


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
        answer = _git(["cat-file", "--batch"], self.repository, str(self.place), given=asked)
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
    command = ["ls-tree", "-r", "-z", "-l", "--full-tree", f"{commit}^{{commit}}"]
    entries: dict[str, Entry] = {}
    objects: dict[str, str] = {}
    for line in _git(command, repository, location).split(b"\0")[:-1]:
        head, _, raw = line.partition(b"\t")
        mode, _, name, size = head.decode().split()
        path = raw.decode(errors="surrogateescape")
        kind = _KINDS.get(mode, "special file")
        entries[path] = Entry(kind, 0 if size == "-" else int(size), mode == "100755")
        objects[path] = name
        if len(entries) > bounds.MOST_ENTRIES:
            raise AgentpackError(f"more than {bounds.MOST_ENTRIES:,} files", path=location)
    called = re.split(r"[/:]", location.rstrip("/"))[-1].removesuffix(".git")
    named = _version(repository, version)
    named = named.removeprefix("v") if named else f"0.0.0+{commit[:12]}"
    return Commit(called, repository, commit, dict(sorted(entries.items())), objects, named)


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
    answer = _git(["ls-remote", "--", location], None, location)
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
        _git(["init", "--quiet", "--bare", "--template=", "--", str(bare)], None, location)
        options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"]
        command = ["fetch", *options, "--depth=1", "--", location, commit]
        try:
            _git(command, bare, location)
        except AgentpackError:
            # An old server gives only what a branch or a tag points to.
            everything = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
            _git(["fetch", *options, "--", location, *everything], bare, location)
            _git(["cat-file", "-e", f"{commit}^{{commit}}"], bare, location)
        try:
            bare.rename(repository)
        except OSError:
            # Another run was quicker, which is as well.
            if not repository.is_dir():
                raise


def _git(arguments: list[str], repository: Path | None, location: str, given: bytes = b"") -> bytes:
    where = ["--git-dir", str(repository)] if repository else []
    command = ["git", *_SAFE, *where, *arguments]
    try:
        run = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=_environment(),
            preexec_fn=_bound,
        )
    except FileNotFoundError:
        raise AgentpackError("git is not on this machine", mend="install git") from None
    except subprocess.TimeoutExpired:
        raise AgentpackError(f"git took longer than {_SECONDS} s", path=location) from None
    if run.returncode:
        raise AgentpackError(_reason(run.stderr, run.returncode), path=location)
    return run.stdout


def _reason(told: bytes, code: int) -> str:
    lines = [line.strip() for line in told.decode(errors="replace").splitlines() if line.strip()]
    stopped = ("File too large", "file size limit", "of signal", "Out of memory", "out of memory")
    if code < 0 or any(sign in line for line in lines for sign in stopped):
        limit = bounds.megabytes(bounds.LARGEST_REPOSITORY)
        return f"git was stopped: the repository has more than {limit}, or takes too long"
    fatal = next((line for line in lines if line.startswith(("fatal:", "error:"))), "")
    return f"git: {printable(fatal.partition(':')[2].strip() or f'ended with {code}')[:300]}"


def _environment() -> dict[str, str]:
    """The user's, less what would point git at another repository or let it ask questions."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return {
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        **kept,
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }


def _bound() -> None:
    """In the child, before git: no larger file, no more memory, no more time than this."""
    for limit, most in (
        (resource.RLIMIT_FSIZE, bounds.LARGEST_REPOSITORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (least, least))
