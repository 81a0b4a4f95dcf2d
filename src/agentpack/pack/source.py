"""What a user writes for where a pack is: `SOURCE[@REF][#PLUGIN]`.

A source is `builtin`, a folder, a `.whl` file, or a git repository: `https://…`, `ssh://…`,
`file://…`, `git@HOST:PATH`, `github:OWNER/NAME`, or the path of a repository with a ref behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agentpack.errors import AgentpackError
from agentpack.pack.safety import printable

SourceKind = Literal["builtin", "folder", "git", "wheel"]
BUILTIN = "builtin"

_SCHEMES = ("https", "ssh", "file")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_SCP = re.compile(r"(?P<host>[\w.-]+@[\w.-]+):(?P<path>[^:].*)")
_GITHUB = re.compile(r"github:(?P<path>[\w.-]+/[\w.-]+)")
# What git itself allows in the name of a ref, and the signs of a range of versions.
_REF = re.compile(r"(?!-)(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[\w.+/@=<>^~,* -]{1,200}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pack is said to be."""

    kind: SourceKind
    location: str
    ref: str | None = None
    plugin: str | None = None

    @property
    def full(self) -> str:
        """The location with the plugin that is meant."""
        return f"{self.location}#{self.plugin}" if self.plugin else self.location


def parse(text: str, ref: str | None = None) -> Source:
    """Read what a user wrote; `ref` goes before one in the text.

    Raises:
        AgentpackError: it is no source that is allowed.
    """
    if not text or not text.isprintable() or text.startswith("-"):
        raise AgentpackError(f"no source {printable(text)!r}", mend="see: agentpack install --help")
    if ref is not None:
        _require_ref(ref)
    if text == BUILTIN:
        return Source("builtin", "")
    body, plugin = _split(text, "#") if not Path(text).exists() else (text, None)
    location, found = _location(body)
    ref = ref or found
    if ref is not None:
        _require_ref(ref)
    if not location or location.startswith("-"):
        raise AgentpackError(f"no source {printable(text)!r}")
    if not is_path(location):
        return Source("git", location, ref, plugin)
    if location.endswith(".whl"):
        if ref:
            raise AgentpackError("a wheel has no refs", path=location)
        return Source("wheel", location, None, plugin)
    # Of a repository's folder without a ref, what lies there is meant, edits and all.
    bare = (Path(location) / "HEAD").is_file() and (Path(location) / "objects").is_dir()
    return Source("git" if ref or bare else "folder", location, ref, plugin)


def _location(text: str) -> tuple[str, str | None]:
    """The location and the ref behind it."""
    if "::" in text:
        raise AgentpackError(f"a transport of git's that is not allowed: {text}", mend=_ALLOWED)
    text = text.removeprefix("git+")
    url, scp, github = _URL.match(text), _SCP.match(text), _GITHUB.match(text)
    if url:
        return _address(text, url["scheme"], url["rest"])
    if github:
        path, ref = _split(text.removeprefix("github:"), "@")
        return f"https://github.com/{path}", ref
    if scp:
        path, ref = _split(scp["path"], "@")
        if path.startswith("-"):
            raise AgentpackError(f"no address of a repository: {text}", mend=_ALLOWED)
        return f"{scp['host']}:{path}", ref
    if Path(text).exists():
        return text, None
    return _split(text, "@")


def _address(text: str, scheme: str, rest: str) -> tuple[str, str | None]:
    """The URL and the ref behind it."""
    if scheme.lower() not in _SCHEMES:
        raise AgentpackError(f"{scheme}:// is not allowed", mend=_ALLOWED)
    host, slash, path = rest.partition("/")
    if host.startswith("-") or not slash:
        raise AgentpackError(f"no address of a repository: {text}", mend=_ALLOWED)
    if ":" in host.rpartition("@")[0]:
        message = "a password in the address would be kept in the ledger"
        raise AgentpackError(message, mend="leave it to git's credential helper")
    if scheme.lower() == "file" and host not in {"", "localhost"}:
        raise AgentpackError(f"no address of a repository here: {text}", mend=_ALLOWED)
    path, ref = _split(path, "@")
    return f"{scheme}://{host}/{path}", ref


_ALLOWED = "use https://, ssh://, file://, git@HOST:PATH or github:OWNER/NAME"


def _split(text: str, sign: str) -> tuple[str, str | None]:
    before, found, after = text.partition(sign)
    if found and not after:
        raise AgentpackError(f"nothing after {sign!r}: {text}")
    return before, after or None


def is_path(location: str) -> bool:
    """Whether a location is a path of this machine, and no address."""
    return not bool(_URL.match(location) or _SCP.fullmatch(location))


def _require_ref(ref: str) -> None:
    if not _REF.fullmatch(ref):
        raise AgentpackError(f"{printable(ref)!r} is no tag, branch, commit or range of versions")
