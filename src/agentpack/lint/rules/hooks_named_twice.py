"""A `plugin.json` that names `hooks/hooks.json`, which is read anyway.

Claude Code before 2.1.329 then reports that the hooks could not be loaded
("Duplicate hooks file detected"); seen with 2.1.197 and 2.1.260.

Bad .claude-plugin/plugin.json:
    {"name": "shop", "hooks": "./hooks/hooks.json"}
Bad hooks/hooks.json:
    {"hooks": {}}
Good .claude-plugin/plugin.json:
    {"name": "shop"}
Good hooks/hooks.json:
    {"hooks": {}}
"""

import posixpath

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, client="<2.1.329", tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    manifest = manifests.value(scene, manifests.PLUGIN) or {}
    for path in manifests.paths(manifest, "hooks"):
        if posixpath.normpath(path) == manifests.HOOKS and manifests.HOOKS in scene.files:
            place = manifests.at(scene, manifests.PLUGIN, path, "hooks")
            yield place, f"{path!r} is read without being named", "delete the line"
