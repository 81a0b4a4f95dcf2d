"""From a source to a pack: found, held against the safety rules, read whole, and pinned."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from agentpack import document
from agentpack.errors import AgentpackError
from agentpack.pack import folder, layout, safety, source
from agentpack.pack.parts import Part
from agentpack.pack.source import Source, SourceKind
from agentpack.pack.tree import Tree
from agentpack.pack.values import Component, Pack, PackFile

SHOWN = 12
"""Characters of a digest that are shown."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a pack came from, pinned: what the ledger keeps of it."""

    kind: SourceKind
    location: str = ""
    """A folder, a wheel or a repository's address; `#PLUGIN` behind it where one was chosen."""
    ref: str | None = None
    """What was asked for: a tag, a branch, a commit, a range of versions."""
    commit: str | None = None
    """What that was, in a repository."""
    tree: str | None = None
    """The digest of the pack's files: their paths, modes and contents."""

    def seen_from(self, root: Path) -> Origin:
        """The same place with its path, where it is one, told from `root` instead of from here."""
        if self.kind == "builtin" or not source.is_path(self.location):
            return self
        return replace(
            self, location=Path(os.path.relpath(Path(self.location).expanduser(), root)).as_posix()
        )


def builtin_root() -> Path:
    """Where the pack that ships with agentpack lies."""
    return Path(__file__).parents[1] / "builtin"


def cache_folder() -> Path:
    """Where fetched repositories are kept; it may be deleted at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "agentpack"


def load(root: Path) -> Pack:
    """Read the pack in the folder `root`.

    Raises:
        AgentpackError: there is none, it is wrong, or not safe.
    """
    return _read(folder.read(root), Source("folder", str(root)))[0]


def fetch(
    wanted: str | Origin | None,
    *,
    ref: str | None = None,
    frozen: Origin | None = None,
    cache: Path | None = None,
    base: Path | None = None,
) -> tuple[Origin, Pack]:
    """Find and read the pack of a source, as a user wrote it or as a ledger has it.

    Args:
        wanted: `SOURCE[@REF][#PLUGIN]`, or an origin, whose ref is looked up anew;
            None: what is frozen, else the built-in pack.
        ref: another ref than the one in `wanted`.
        frozen: what it must come to: another commit or another tree is refused.
        cache: where repositories are kept; by default `cache_folder()`.
        base: the folder from which a relative path is meant; by default the current one.

    Raises:
        AgentpackError: it cannot be had, is no pack, is not safe, or is not what is pinned.
    """
    asked = None
    if wanted is None and frozen is not None:
        place, asked = _place(frozen, frozen.commit or frozen.ref), frozen.ref
    elif isinstance(wanted, Origin):
        place = _place(wanted, ref or wanted.ref)
    else:
        place = source.parse(wanted or source.BUILTIN, ref)
    tree, commit = _tree(place, cache or cache_folder(), base or Path())
    pack, digest = _read(tree, place)
    origin = Origin(place.kind, place.full, asked or place.ref, commit, digest)
    if frozen is not None and (origin.commit, origin.tree) != (frozen.commit, frozen.tree):
        raise AgentpackError(
            f"is {_pin(origin)}, and {_pin(frozen)} is pinned",
            path=place.full or place.kind,
            mend="update without --frozen",
        )
    return origin, pack


def _place(origin: Origin, ref: str | None) -> Source:
    if origin.kind == "builtin":
        return Source("builtin", "")
    location, _, plugin = origin.location.partition("#")
    return Source(origin.kind, location, ref, plugin or None)


def resolve(
    wanted: str | Origin | None,
    *,
    ref: str | None = None,
    frozen: Origin | None = None,
    cache: Path | None = None,
    base: Path | None = None,
) -> Origin:
    """What the source of a pack stands for now; see `fetch`."""
    return fetch(wanted, ref=ref, frozen=frozen, cache=cache, base=base)[0]


def open_pack(origin: Origin, *, cache: Path | None = None, base: Path | None = None) -> Pack:
    """The pack of an origin that was resolved.

    Raises:
        AgentpackError: as for `fetch`, and if it is no longer what it was.
    """
    return fetch(None, frozen=origin, cache=cache, base=base)[1]


def _pin(origin: Origin) -> str:
    parts = [f"commit {origin.commit[:SHOWN]}"] if origin.commit else []
    return ", ".join([*parts, f"tree {(origin.tree or 'unknown')[:SHOWN]}"])


def _tree(wanted: Source, cache: Path, base: Path) -> tuple[Tree, str | None]:
    if wanted.kind == "builtin":
        return folder.read(builtin_root()), None
    place = Path(base, Path(wanted.location).expanduser())
    if wanted.kind == "folder":
        return folder.read(place), None
    if wanted.kind == "wheel":
        from agentpack.pack import wheel  # noqa: PLC0415 - seldom needed, and slow to import

        return wheel.read(place), None
    from agentpack.pack import git  # noqa: PLC0415 - likewise

    # `host:path` is no path, even where a file is called so.
    address = place.resolve().as_uri() if source.is_path(wanted.location) else wanted.location
    commit, version = git.resolve(address, wanted.ref)
    return git.read(address, commit, version, cache), commit


def _read(tree: Tree, place: Source) -> tuple[Pack, str]:
    found = layout.find(tree, place.plugin, anywhere=place.kind == "wheel")
    sources = {path for part in found.parts for path in part.files.values()}
    safety.require_text(found.name, "the name", tree)
    safety.require_text(found.version, "the version", tree)
    picked = sorted({*sources, *found.manifests, *_strange(tree, found.parts)})
    safety.require_safe(tree, picked)
    safety.require_apart(target for part in found.parts for target in part.files)
    contents = tree.read(picked)
    safety.require_honest(tree, contents)
    pack = _pack(tree, found, contents)
    safety.require_targets(file.target for one in _components(pack) for file in one.files)
    return pack, _digest(tree, found.root, contents)


def _strange(tree: Tree, parts: Iterable[Part]) -> Iterator[str]:
    """What stands among the agents and skills and is no file: a link to a skill, a submodule."""
    folders = {
        posixpath.dirname(path if part.kind == "agent" else posixpath.dirname(path))
        for part in parts
        for target, path in part.files.items()
        if part.kind == "agent" or target.count("/") == _OF_A_SKILL
    } - {""}
    for path, entry in tree.entries.items():
        if entry.kind != "file" and posixpath.dirname(path) in folders:
            yield path


_OF_A_SKILL = 2
"""Slashes in `skills/NAME/SKILL.md`."""


def _pack(tree: Tree, found: layout.Layout, contents: Mapping[str, bytes]) -> Pack:
    skills = {part.name for part in found.parts if part.kind == "skill"}
    components: dict[str, dict[str, Component]] = {"agent": {}, "skill": {}}
    left_out = list(found.left_out)
    for part in found.parts:
        if part.skills is None and part.kind == "agent":
            (path,) = part.files.values()
            if not contents[path].removeprefix(_BYTE_ORDER_MARK).startswith(b"---"):
                left_out.append(f"{path} (no agent: it has no frontmatter)")
                continue
        if part.name in components[part.kind]:
            message = f"two {part.kind}s are called {part.name!r}"
            raise AgentpackError(message, path=tree.place, mend="the pack is refused")
        components[part.kind][part.name] = _component(tree, found, part, contents, skills)
    if not components["agent"] and not components["skill"]:
        raise AgentpackError("no agents and no skills to install", path=tree.place)
    return Pack(
        found.name,
        found.version,
        tree.place / found.root,
        components["agent"],
        components["skill"],
        tuple(left_out),
        found.about,
    )


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _component(
    tree: Tree,
    found: layout.Layout,
    part: Part,
    contents: Mapping[str, bytes],
    skills: Collection[str],
) -> Component:
    needed = part.skills
    if needed is None:
        needed = ()
        if part.kind == "agent":
            (path,) = part.files.values()
            named = document.read(contents[path]).names("skills")
            needed = tuple(dict.fromkeys(name for name in named if name in skills))
    files = tuple(
        PackFile(
            tree.place / path,
            target,
            part.facts.get(target, ()),
            contents[path],
            tree.entries[path].executable,
        )
        for target, path in part.files.items()
    )
    return Component(part.kind, part.name, part.version or found.version, needed, files)


def _components(pack: Pack) -> Iterator[Component]:
    yield from pack.agents.values()
    yield from pack.skills.values()


def _digest(tree: Tree, root: str, contents: Mapping[str, bytes]) -> str:
    lines = sorted(
        f"{path.removeprefix(root)}\0{'755' if tree.entries[path].executable else '644'}\0"
        f"{sha256(data).hexdigest()}\n"
        for path, data in contents.items()
    )
    return sha256("".join(lines).encode()).hexdigest()
