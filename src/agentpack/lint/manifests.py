"""The JSON files that surround agents and skills: their values, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator

from agentpack.finding import Place
from agentpack.lint.scene import Scene
from agentpack.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLUGIN = ".claude-plugin/plugin.json"
MARKETPLACE = ".claude-plugin/marketplace.json"
HOOKS = "hooks/hooks.json"
SETTINGS = ".claude/settings.json"


def value(scene: Scene, path: str) -> dict[str, Any] | None:
    """The object in the manifest at `path`; None where there is none that can be read."""
    text = scene.texts.get(path)
    if text is None:
        return None
    import json  # noqa: PLC0415 - seldom needed

    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_plugin(scene: Scene) -> bool:
    """Whether the tree is a plugin: it has a manifest, and no `.claude` that comes first."""
    return PLUGIN in scene.texts


def at(scene: Scene, path: str, text: str, before: str = "") -> Place:
    """Where the string `text` stands in the manifest, the first after the key `before`."""
    import json  # noqa: PLC0415 - seldom needed

    source = scene.texts[path]
    start = max(source.find(f'"{before}"'), 0) if before else 0
    for spelling in (json.dumps(text, ensure_ascii=False), json.dumps(text)):
        offset = source.find(spelling, start)
        if offset >= 0:
            line = source.count("\n", 0, offset) + 1
            return Place(path, line, offset - source.rfind("\n", 0, offset))
    return Place(path)


def paths(manifest: dict[str, Any], key: str) -> Iterator[str]:
    """The paths that a plugin's manifest names under `key`."""
    found = manifest.get(key)
    for entry in found if isinstance(found, list) else [found]:
        if isinstance(entry, str):
            yield entry


def commands(hooks: Any) -> Iterator[str]:
    """Every shell command in a value of `hooks`, of whatever event and matcher."""
    if not isinstance(hooks, dict):
        return
    for groups in hooks.values():
        for group in groups if isinstance(groups, list) else ():
            entries = group.get("hooks") if isinstance(group, dict) else None
            for entry in entries if isinstance(entries, list) else ():
                command = entry.get("command") if isinstance(entry, dict) else None
                if isinstance(command, str) and not entry.get("args"):
                    yield command


class Offer(Record):
    """A plugin that a marketplace offers."""

    name: str
    source: str | None
    """Its folder, where it is one of the marketplace's own."""
    version: str | None


def offers(scene: Scene) -> Iterator[Offer]:
    """The plugins that the tree's marketplace offers."""
    plugins = (value(scene, MARKETPLACE) or {}).get("plugins")
    for plugin in plugins if isinstance(plugins, list) else ():
        if isinstance(plugin, dict) and isinstance(plugin.get("name"), str):
            yield Offer(plugin["name"], _text(plugin.get("source")), _text(plugin.get("version")))


def _text(found: Any) -> str | None:
    return found if isinstance(found, str) else None
