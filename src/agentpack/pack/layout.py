"""Where a tree keeps a pack: the first of the known layouts that it has.

| what is there                              | the pack                                   |
|--------------------------------------------|--------------------------------------------|
| `pack.toml`                                | what it lists; files ending in .j2 rendered |
| `.claude-plugin/marketplace.json`, a plugin named | that plugin                         |
| `.claude-plugin/plugin.json`               | the plugin's agents and skills             |
| `.claude-plugin/marketplace.json`          | its only plugin                            |
| `.claude/agents`, `.claude/skills`         | those                                      |
| `agents`, `skills`                         | those                                      |
| `.agents/skills`                           | those                                      |
| `SKILL.md`                                 | the one skill                              |
| folders with a `SKILL.md`                  | those skills                               |

Only a pack with a `pack.toml` is rendered: every other is copied byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.pack import manifest, parts, plugin
from agentpack.pack.tree import Tree

MANIFESTS = (manifest.NAME, plugin.PLUGIN, plugin.MARKETPLACE)
_BESIDES = ("commands", "hooks", "rules", "output-styles", ".mcp.json", ".lsp.json", "monitors")


@dataclass(frozen=True, slots=True)
class Layout:
    """A pack that was found, no file of which has been read."""

    name: str
    version: str
    root: str
    """The folder of the tree that it is in, such as `plugins/one/`."""
    parts: tuple[parts.Part, ...]
    templated: bool
    """Whether files that end in .j2 are rendered."""
    manifests: tuple[str, ...]
    """The files that say so: a change of theirs is a change of the pack."""
    left_out: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


def find(tree: Tree, name: str | None = None, *, anywhere: bool = False) -> Layout:
    """Find the pack in a tree.

    Args:
        name: the plugin that is meant, where there is a marketplace.
        anywhere: whether it may be in any folder, as in a wheel, and not at the root only.

    Raises:
        AgentpackError: there is none, or it is not clear which, or its manifest is wrong.
    """
    root = _root(tree) if anywhere else ""
    market, own = f"{root}{plugin.MARKETPLACE}", f"{root}{plugin.PLUGIN}"
    if f"{root}{manifest.NAME}" in tree.entries and name is None:
        found = manifest.read(tree, root)
        return Layout(
            found.name,
            found.version,
            root,
            found.parts,
            templated=True,
            manifests=(f"{root}{manifest.NAME}",),
            about=found.about,
        )
    if market in tree.entries and (name is not None or own not in tree.entries):
        return _offered(tree, root, plugin.choose(tree, market, name))
    if name is not None:
        raise AgentpackError(f"no marketplace here to take {name!r} from", path=tree.place)
    if own in tree.entries:
        return _plugin(tree, root, plugin.read(tree, own), (own,))
    found_parts = _loose(tree, root)
    if found_parts:
        name, version = _name(tree.name), _version(tree.version)
        return Layout(name, version, root, found_parts, templated=False, manifests=())
    raise AgentpackError(
        "no agents and no skills to install",
        path=tree.place / root,
        mend="name a folder, repository or wheel with a pack.toml, a plugin, .claude or skills",
    )


def _root(tree: Tree) -> str:
    """The outermost folder that has a pack in it."""
    found = {
        path.removesuffix(end)
        for path in tree.entries
        for end in (manifest.NAME, plugin.PLUGIN, plugin.MARKETPLACE)
        if path == end or path.endswith(f"/{end}")
    } or {path[: match.start()] for path in tree.entries if (match := _IN_A_FOLDER.search(path))}
    if len(found) > 1:
        shallow = min(path.count("/") for path in found)
        found = {path for path in found if path.count("/") == shallow}
    if len(found) > 1:
        shown = ", ".join(sorted(found))
        raise AgentpackError(f"several packs in one wheel: {shown}", path=tree.place)
    return found.pop() if found else ""


_IN_A_FOLDER = re.compile(
    r"(?:(?<=/)|^)(?:\.claude/|\.agents/|)(?:agents/[^/]+\.md|skills/[^/]+/SKILL\.md)$"
)


def _offered(tree: Tree, top: str, offer: plugin.Offer) -> Layout:
    """A plugin of a marketplace: in the tree's folder that its entry names."""
    root = plugin.inside(tree, top, offer.source)
    own = f"{root}{plugin.PLUGIN}"
    if own in tree.entries:
        says = {**offer.entry, **plugin.read(tree, own)}
        return _plugin(tree, root, says, (own,))
    return _plugin(tree, root, offer.entry, (f"{top}{plugin.MARKETPLACE}",), bare=True)


def _plugin(
    tree: Tree, root: str, says: dict[str, Any], manifests: tuple[str, ...], *, bare: bool = False
) -> Layout:
    """A plugin's agents and skills, where its manifest says, or where they are by default."""
    agents: list[parts.Part] = []
    for path in plugin.paths(says, "agents"):
        place = plugin.inside(tree, root, path)
        if place.removesuffix("/") in tree.entries:
            file = place.removesuffix("/")
            agents.append(parts.agent(file, file.rpartition("/")[2]))
        else:
            agents += parts.agents_in(tree, place)
    if "agents" not in says:
        agents += parts.agents_in(tree, f"{root}agents/")
    skills: list[parts.Part] = []
    # An entry that stands for the manifest lists all there is; a manifest adds to the folder.
    if not (bare and "skills" in says):
        skills += parts.skills_in(tree, f"{root}skills/")
    for path in plugin.paths(says, "skills"):
        place = plugin.inside(tree, root, path)
        if place + parts.SKILL in tree.entries:
            folder = place.rstrip("/").rpartition("/")[2] or _name(str(says["name"]))
            skills.append(parts.skill(tree, place, folder))
        else:
            skills += parts.skills_in(tree, place)
    if not skills and f"{root}{parts.SKILL}" in tree.entries:
        skills.append(parts.skill(tree, root, _name(str(says["name"]))))
    unique = {(part.kind, *sorted(part.files.values())): part for part in (*agents, *skills)}
    version = says.get("version") or tree.version
    return Layout(
        str(says["name"]),
        _version(version if isinstance(version, str) else None),
        root,
        tuple(unique.values()),
        templated=False,
        manifests=manifests,
        left_out=_besides(tree, root, says),
        about={key: says[key] for key in ("description", "license") if _is_text(says.get(key))},
    )


def _loose(tree: Tree, root: str) -> tuple[parts.Part, ...]:
    for folder in (f"{root}.claude/", root):
        found = (
            *parts.agents_in(tree, f"{folder}agents/"),
            *parts.skills_in(tree, f"{folder}skills/"),
        )
        if found:
            return found
    found = tuple(parts.skills_in(tree, f"{root}.agents/skills/"))
    if found:
        return found
    if f"{root}{parts.SKILL}" in tree.entries:
        return (parts.skill(tree, root, _name(tree.name)),)
    return tuple(parts.skills_in(tree, root))


def _besides(tree: Tree, root: str, says: dict[str, Any]) -> tuple[str, ...]:
    keys = {"commands", "hooks", "mcpServers", "lspServers", "outputStyles", "monitors"}
    named = {key for key in keys & says.keys() if says[key]}
    tops = {path[len(root) :].partition("/")[0] for path in tree.entries if path.startswith(root)}
    return tuple(sorted({*named, *(name for name in _BESIDES if name in tops)}))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _name(text: str) -> str:
    """A name out of what a folder or a repository is called."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().removesuffix(".git")).strip("-") or "pack"


def _version(version: str | None) -> str:
    return version or "0.0.0"
