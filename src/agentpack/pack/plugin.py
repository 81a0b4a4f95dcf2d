"""The manifests of Claude Code's plugins and marketplaces, as far as agents and skills go."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.pack.bounds import LARGEST_MANIFEST
from agentpack.pack.safety import printable
from agentpack.pack.tree import Tree

PLUGIN = ".claude-plugin/plugin.json"
MARKETPLACE = ".claude-plugin/marketplace.json"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """A plugin that a marketplace has in its own repository."""

    name: str
    source: str
    entry: dict[str, Any]


def read(tree: Tree, path: str) -> dict[str, Any]:
    """A manifest's object, with a name.

    Raises:
        AgentpackError: it is not JSON, no object, or has no name.
    """
    place, entry = tree.place / path, tree.entries[path]
    if entry.kind != "file" or entry.size > LARGEST_MANIFEST:
        raise AgentpackError(f"is a {entry.kind} of {entry.size:,} bytes", path=place)
    try:
        found = json.loads(tree.read([path])[path].decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise AgentpackError(f"cannot be read: {error}", path=place) from None
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        raise AgentpackError("is not an object with a name", path=place)
    return found


def choose(tree: Tree, path: str, name: str | None) -> Offer:
    """The plugin `name` of the marketplace at `path`; without a name, its only one.

    Raises:
        AgentpackError: there is none of that name, it lies elsewhere, or there are several.
    """
    market = read(tree, path)
    place = tree.place / path
    entries = market.get("plugins")
    offers = {
        entry["name"]: entry
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    }
    here = [found for found, entry in offers.items() if isinstance(entry.get("source"), str)]
    if name is None:
        if len(here) != 1:
            shown = ", ".join(printable(found) for found in here[:_SHOWN])
            more = f" and {len(here) - _SHOWN} more" if len(here) > _SHOWN else ""
            message = f"a marketplace of {len(here)} plugins: {shown}{more}"
            raise AgentpackError(message, path=place, mend="name one: SOURCE#PLUGIN")
        name = here[0]
    if name not in offers:
        near = get_close_matches(name, offers, n=1)
        mend = f"did you mean {near[0]!r}?" if near else None
        raise AgentpackError(f"no plugin {name!r} in the marketplace", path=place, mend=mend)
    entry = offers[name]
    if name not in here:
        where = _elsewhere(entry.get("source"))
        message = f"the plugin {name!r} lies in another repository"
        raise AgentpackError(message, path=place, mend=f"install it from {where}")
    base = market.get("metadata")
    top = base.get("pluginRoot") if isinstance(base, dict) else None
    source = str(entry["source"])
    if isinstance(top, str) and not source.startswith("./"):
        source = f"{top.rstrip('/')}/{source}"
    return Offer(name, source, entry)


def paths(says: dict[str, Any], key: str) -> Iterator[str]:
    """The paths that a manifest names under `key`."""
    value = says.get(key, [])
    for path in value if isinstance(value, list) else [value]:
        if not isinstance(path, str):
            raise AgentpackError(f"{key!r} of the plugin {says['name']!r} must be paths")
        yield path


def inside(tree: Tree, root: str, path: str) -> str:
    """The folder `path` of a manifest as a folder of the tree, with `/` at the end.

    Raises:
        AgentpackError: it leads out of `root`.
    """
    inner = posixpath.normpath(path)
    if path.startswith("/") or inner == ".." or inner.startswith("../") or "\\" in path:
        message = f"its manifest names {printable(path)!r}, which is not inside the plugin"
        raise AgentpackError(message, path=tree.place / root, mend="the pack is refused")
    return root if inner == "." else f"{root}{inner}/"


def _elsewhere(source: Any) -> str:
    if isinstance(source, dict):
        url = source.get("url") or source.get("repo") or source.get("package")
        if isinstance(url, str):
            return printable(url)
    return "where it is kept"
