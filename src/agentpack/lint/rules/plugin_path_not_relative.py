"""A path in `plugin.json` that does not begin with `./`, or leads out of the plugin.

One path without `./` makes the whole manifest invalid: nothing of the plugin loads. A path
with `./` that climbs out of the plugin's folder is passed over. Both were seen with
2.1.197 and 2.1.329 for agents, skills, commands and hooks.

Bad .claude-plugin/plugin.json:
    {"name": "shop", "skills": "more-skills/"}
Bad more-skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude-plugin/plugin.json:
    {"name": "shop", "skills": "./more-skills/"}
Good more-skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

import posixpath

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_KEYS = ("agents", "skills", "commands", "hooks")


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    manifest = manifests.value(scene, manifests.PLUGIN) or {}
    for key in _KEYS:
        for path in manifests.paths(manifest, key):
            place = manifests.at(scene, manifests.PLUGIN, path, key)
            if not path.startswith("./"):
                message = f"{path!r} does not begin with './', so nothing of this plugin loads"
                yield place, message, f"write './{path.lstrip('./')}'"
            elif posixpath.normpath(path).startswith(".."):
                message = f"{path!r} leads out of the plugin and is not read"
                yield place, message, "move it into the plugin's folder"
