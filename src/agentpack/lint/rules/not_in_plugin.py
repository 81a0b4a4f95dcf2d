"""Agents or skills in `.claude` that the plugin beside them does not publish.

A plugin's own folders are `agents` and `skills`; those in `.claude` belong to it only where
`plugin.json` names them. Off by default: many keep them for their own work.

Bad .claude-plugin/plugin.json:
    {"name": "shop"}
Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude-plugin/plugin.json:
    {"name": "shop", "skills": "./.claude/skills/"}
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

import posixpath

from agentpack.finding import Place
from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, default=False, tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    manifest = manifests.value(scene, manifests.PLUGIN)
    if manifest is None:
        return
    for key, entries in (("agents", scene.agents), ("skills", scene.skills)):
        named = [posixpath.normpath(path) for path in manifests.paths(manifest, key)]
        folders = tuple(f"{path}/" for path in named)
        for entry in entries:
            if (
                entry.path.startswith(".claude/")
                and entry.path not in named
                and not entry.path.startswith(folders)
            ):
                message = f"{entry.name!r} is no part of the plugin"
                yield Place(entry.path), message, f"name it under {key!r} in {manifests.PLUGIN}"
