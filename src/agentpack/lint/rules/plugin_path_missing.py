"""A path in `plugin.json` at which there is nothing.

Claude Code loads the plugin without it and shows the error only in `/plugin` and its debug
log. Seen with 2.1.197 and 2.1.329 for agents, skills, commands and hooks. As `agents` and
`commands` stand in place of the folders of that name, nothing of that kind is left.

Bad .claude-plugin/plugin.json:
    {"name": "shop", "agents": ["./agents/basket.md"]}
Good .claude-plugin/plugin.json:
    {"name": "shop", "agents": ["./agents/basket.md"]}
Good agents/basket.md:
    ---
    name: basket
    description: Keeps baskets. Use when one is changed.
    ---
    Keep the basket.
"""

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts

_KEYS = ("agents", "skills", "commands", "hooks")


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    manifest = manifests.value(scene, manifests.PLUGIN) or {}
    tree = Whereabouts(scene)
    for key in _KEYS:
        for path in manifests.paths(manifest, key):
            inside = path.startswith("./") and ".." not in path
            if inside and tree.at("", path) is None:
                place = manifests.at(scene, manifests.PLUGIN, path, key)
                yield place, f"there is nothing at {path!r}", "mend the path, or delete it"
